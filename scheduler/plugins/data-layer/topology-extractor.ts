import { TOPOLOGY_EXTRACTOR, topologyData, type Topology } from '../../attributes.ts';
import { definePlugin } from '../../plugin-type.ts';
import type { EndpointListener } from '../../plugin.ts';

/*
 * topology-extractor: reads from an endpoint's labels where it stands; an endpoint without any of them gets nothing. (Where
 * the host label is missing, the picker falls back on the pod's hostname, which a host can give as an attribute.)
 * Produces Topology. Parameters: hostname (kubernetes.io/hostname), rack (topology.kubernetes.io/rack), zone
 * (topology.kubernetes.io/zone), region (topology.kubernetes.io/region): names of labels.
 * Source: pkg/epp/framework/plugins/datalayer/extractor/topology of llm-d-router at ebab6879.
 */
export const topologyExtractor = definePlugin({
  type: TOPOLOGY_EXTRACTOR,
  roles: ['extractor'],
  maturity: 'alpha',
  bringsSource: true,
  parameters: (reader) => ({
    hostname: reader.string('hostname') || 'kubernetes.io/hostname',
    rack: reader.string('rack') || 'topology.kubernetes.io/rack',
    zone: reader.string('zone') || 'topology.kubernetes.io/zone',
    region: reader.string('region') || 'topology.kubernetes.io/region',
  }),
  create: (names, context): EndpointListener => {
    const key = context.key<Topology>(topologyData(context.name));
    return {
      type: TOPOLOGY_EXTRACTOR,
      name: context.name,
      endpointAdded({ labels, attributes }) {
        const levels = Object.entries(names).flatMap(([level, label]) => {
          const value = labels.get(label) ?? '';
          return value === '' ? [] : [[level, value]];
        });
        if (levels.length > 0) attributes[key.slot] = Object.fromEntries(levels) as Topology;
      },
    };
  },
});
