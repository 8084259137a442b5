import { PEER_DATA, topologyData, type Topology } from '../../attributes.ts';
import type { Endpoint } from '../../endpoint.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { Scorer } from '../../plugin.ts';
import { sharedLevel } from '../topology-level.ts';

/** By level: host, rack, zone, region. */
const SCORES = [1, 0.2, 0.05, 0.02];

/*
 * topology-affinity-scorer: how close the endpoint is to the one that an earlier profile picked: same host 1, rack 0.2,
 * zone 0.05, region 0.02, else 0.
 * Inputs: Topology, the peer endpoint. Parameters: topologyProducerName (topology-extractor).
 * Source: pkg/epp/framework/plugins/scheduling/scorer/topologyaffinity of llm-d-router at ebab6879.
 */
export const topologyAffinityScorer = definePlugin({
  type: 'topology-affinity-scorer',
  roles: ['scorer'],
  maturity: 'alpha',
  parameters: (reader) => ({ producer: reader.string('topologyProducerName') || undefined }),
  data: ({ producer }) => ({ optional: [topologyData(producer)] }),
  create: ({ producer }, context): Scorer => {
    const key = context.key<Topology>(topologyData(producer));
    const peerKey = context.key<Endpoint>(PEER_DATA);
    return {
      type: 'topology-affinity-scorer',
      name: context.name,
      score(state, endpoints, scores) {
        const peerEndpoint = state.get(peerKey);
        const peer = peerEndpoint === undefined ? undefined : state.read(key, peerEndpoint);
        for (let i = 0; i < endpoints.length; i++) {
          const endpoint = endpoints[i];
          const own = endpoint === undefined ? undefined : state.read(key, endpoint);
          scores[i] = peer === undefined || own === undefined ? 0 : (SCORES[sharedLevel(peer, own)] ?? 0);
        }
      },
    };
  },
});
