import { PEER_DATA, topologyData, type Topology } from '../../attributes.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Filter } from '../../plugin.ts';
import { isKnownPlace, sharedLevel, TOPOLOGY_LEVELS } from '../topology-level.ts';

/*
 * topology-affinity-filter: keeps endpoints that share at least the given level with the endpoint that an earlier
 * profile picked; all when there is no such endpoint, nothing is known of it, or nobody matches.
 * Inputs: Topology, the peer endpoint. Parameters: minAffinity (host | rack | zone | region; host), topologyProducerName.
 * Source: pkg/epp/framework/plugins/scheduling/filter/topologyaffinity of llm-d-router at ebab6879.
 */
export const topologyAffinityFilter = definePlugin({
  type: 'topology-affinity-filter',
  roles: ['filter'],
  maturity: 'alpha',
  parameters: (reader) => {
    const wanted = reader.string('minAffinity') || 'host';
    const level = TOPOLOGY_LEVELS.findIndex((name) => name === wanted);
    if (level < 0) reader.refuse('minAffinity', `must be ${TOPOLOGY_LEVELS.join(', ')}`);
    return { level, producer: reader.string('topologyProducerName') || undefined };
  },
  data: ({ producer }) => ({ optional: [topologyData(producer)] }),
  create: ({ level, producer }, context): Filter => {
    const key = context.key<Topology>(topologyData(producer));
    const peerKey = context.key<Endpoint>(PEER_DATA);
    return {
      type: 'topology-affinity-filter',
      name: context.name,
      filter(state, endpoints) {
        const peerEndpoint = state.get(peerKey);
        const peer = peerEndpoint === undefined ? undefined : state.read(key, peerEndpoint);
        if (peer === undefined || !isKnownPlace(peer)) return endpoints;
        const kept = endpoints.filter((endpoint) => {
          const own = state.read(key, endpoint);
          return own !== undefined && sharedLevel(peer, own) <= level;
        });
        return kept.length === 0 ? endpoints : kept;
      },
    };
  },
});
