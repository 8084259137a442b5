import { describe, expect, it } from 'vitest';

import { UserError } from '../../../base/user-error.ts';
import { loadConfig, tryLoadConfig } from '../../../scheduler/config/load-config.ts';
import { configText } from '../support/world.ts';

const HEAD = 'apiVersion: llm-d.ai/v1alpha1\nkind: EndpointPickerConfig\n';

/** `line:column code: message` of every mistake. */
function mistakes(text: string, allowExperimental = false): string[] {
  return tryLoadConfig(text, { file: 'epp.yaml', allowExperimental }).problems.map(
    ({ at, code, message }) => `${at?.file}:${at?.line}:${at?.column} ${code} ${message}`,
  );
}

describe('a mistake in a configuration is named with its place', () => {
  it('unknown fields of the outer schema', () => {
    expect(mistakes(`${HEAD}plugins: []\nschedulingProfile: []\n`)).toEqual([
      expect.stringMatching(/^epp\.yaml:4:1 E_DECODE .*schedulingProfile/),
    ]);
  });

  it('unknown keys and wrong types of parameters, all of them at once', () => {
    const text = configText(
      '- type: token-load-scorer\n  parameters:\n    queueTreshold: 1\n    queueThresholdTokens: "7"\n- {type: inflight-load-producer}',
      '  - {pluginRef: token-load-scorer}',
    );
    expect(mistakes(text).sort()).toEqual([
      expect.stringMatching(/^epp\.yaml:6:5 E_PLUGIN_PARAMETERS .*no key "queueTreshold"/),
      expect.stringMatching(/^epp\.yaml:7:27 E_PLUGIN_PARAMETERS .*queueThresholdTokens must be an integer/),
    ]);
  });

  it('values out of range', () => {
    const text = configText(
      '- type: utilization-detector\n  parameters: {kvCacheUtilThreshold: 1.5}\n- {type: queue-scorer}',
      '  - {pluginRef: queue-scorer}',
    );
    expect(mistakes(text)).toEqual([
      expect.stringMatching(/^epp\.yaml:5:38 E_PLUGIN_PARAMETERS .*kvCacheUtilThreshold must lie in/),
    ]);
  });

  it('plugins that nobody declared, and types that do not exist, with a guess', () => {
    const { problems } = tryLoadConfig(configText('- {type: queue-scorrer}', '  - {pluginRef: kv}'), {
      file: 'f',
    });
    expect(problems.map(({ code, at, hint }) => [code, at?.line, at?.column, hint])).toEqual([
      ['E_PLUGIN_TYPE_UNKNOWN', 4, 3, expect.stringContaining('queue-scorer')],
      ['E_PLUGIN_REF_UNDEFINED', 8, 17, undefined],
    ]);
  });

  it('data that nobody produces', () => {
    expect(mistakes(configText('- {type: token-load-scorer}', '  - {pluginRef: token-load-scorer}'))).toEqual(
      [
        expect.stringMatching(
          /^epp\.yaml:4:3 E_NO_DEFAULT_PRODUCER token-load-scorer .*UncachedRequestTokens/,
        ),
      ],
    );
  });

  it('alpha plugins, unless they are allowed', () => {
    const text = configText('- {type: session-affinity-scorer}', '  - {pluginRef: session-affinity-scorer}');
    expect(mistakes(text)).toEqual([expect.stringMatching(/^epp\.yaml:4:3 E_ALPHA_NOT_ALLOWED/)]);
    expect(mistakes(text, true)).toEqual([]);
  });

  it('a deprecated scorer beside several producers that it could go with', () => {
    const text = configText(
      '- {type: precise-prefix-cache-producer}\n- {name: b, type: precise-prefix-cache-producer}\n- {type: precise-prefix-cache-scorer}',
      '  - {pluginRef: precise-prefix-cache-scorer}',
    );
    expect(mistakes(text)).toEqual([expect.stringMatching(/^epp\.yaml:6:3 E_PLUGIN_PARAMETERS .*several/)]);
  });

  it('broken YAML', () => {
    expect(mistakes(`${HEAD}plugins: [\n`)).toEqual([expect.stringMatching(/^epp\.yaml:\d+:\d+ E_DECODE/)]);
  });

  it('loadConfig throws them together', () => {
    const text = configText('- {type: nope}\n- {type: neither}', '  - {pluginRef: nope}');
    expect(() => loadConfig(text, { file: 'f' })).toThrow(UserError);
    expect(() => loadConfig(text, { file: 'f' })).toThrow(/nope[\s\S]*neither/);
  });
});

describe('names and forms of earlier versions', () => {
  const plugins = '- {type: queue-scorer}';
  const profile = '  - {pluginRef: queue-scorer}';

  it('takes the former API version', () => {
    const text = configText(plugins, profile).replace(
      'llm-d.ai/v1alpha1',
      'inference.networking.x-k8s.io/v1alpha1',
    );
    expect(mistakes(text)).toEqual([]);
  });

  it('says what is deprecated', () => {
    const { warnings } = loadConfig(
      configText(
        '- {type: pd-profile-handler, parameters: {deciderPluginName: always-disagg-pd-decider}}\n- {type: always-disagg-pd-decider}\n- {type: prefill-filter}\n- {type: decode-filter}',
        '  - {pluginRef: prefill-filter}',
      ).replace('name: default', 'name: prefill') +
        '- name: decode\n  plugins: [{pluginRef: decode-filter}]\n',
    );
    expect(warnings).toEqual([expect.stringContaining('pd-profile-handler')]);
  });

  it('says that flow control is set without its gate', () => {
    expect(loadConfig(`${configText(plugins, profile)}flowControl: {maxRequests: 5}\n`).warnings).toEqual([
      expect.stringContaining('flowControl'),
    ]);
  });
});

describe('a configuration inside a ConfigMap', () => {
  const inner = configText(
    '- type: queue-scorer\n- {type: token-load-scorer, parameters: {oops: 1}}\n- {type: inflight-load-producer}',
    '  - {pluginRef: queue-scorer}',
  );
  const indented = inner.replaceAll(/^(?=.)/gm, '    ');

  it('is found, and its mistakes have places in the outer file', () => {
    const text = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: epp}\ndata:\n  other.yaml: "a: 1"\n  epp.yaml: |\n${indented}`;
    expect(mistakes(text)).toEqual([expect.stringMatching(/^epp\.yaml:11:46 E_PLUGIN_PARAMETERS .*"oops"/)]);
    expect(text.split('\n')[10]?.slice(45)).toMatch(/^oops/);
  });

  it('loads like the same text alone', () => {
    const good = inner.replace('oops: 1', 'queueThresholdTokens: 9');
    const text = `kind: ConfigMap\napiVersion: v1\ndata:\n  default-plugins.yaml: |\n${good.replaceAll(/^(?=.)/gm, '    ')}`;
    expect(loadConfig(text).effective).toEqual(loadConfig(good).effective);
  });

  const map = (...entries: readonly (readonly [key: string, text: string])[]): string =>
    `kind: ConfigMap\napiVersion: v1\ndata:\n${entries.map(([key, text]) => `  ${key}: |\n${text.replaceAll(/^(?=.)/gm, '    ')}`).join('')}`;
  const one = configText('- {type: queue-scorer}', '  - {pluginRef: queue-scorer}');
  const other = configText('- {type: random-picker}', '  - {pluginRef: random-picker}');
  const both = map(['default-plugins.yaml', one], ['custom-plugins.yaml', other]);

  it('is one of several only when its key is given', () => {
    const { problems } = tryLoadConfig(both, { file: 'cm.yaml' });
    expect(problems).toMatchObject([
      {
        code: 'E_DECODE',
        at: { file: 'cm.yaml', line: 13, column: 24 },
        message: expect.stringMatching(
          /2 EndpointPickerConfigs \(default-plugins\.yaml, custom-plugins\.yaml\)/,
        ),
        hint: expect.stringContaining('key: default-plugins.yaml'),
      },
    ]);
    expect(loadConfig(both, { key: 'custom-plugins.yaml' })).toMatchObject({
      effective: loadConfig(other).effective,
      text: other,
    });
    expect(loadConfig(both, { key: 'default-plugins.yaml' }).effective).toEqual(loadConfig(one).effective);
  });

  it('is not looked for under a key that is not there, or without a ConfigMap', () => {
    expect(tryLoadConfig(both, { key: 'c.yaml' }).problems).toMatchObject([
      {
        message: expect.stringContaining('no entry "c.yaml"'),
        hint: expect.stringContaining('custom-plugins.yaml'),
      },
    ]);
    expect(tryLoadConfig(one, { key: 'c.yaml' }).problems).toMatchObject([
      { message: expect.stringContaining('no ConfigMap') },
    ]);
  });

  it('may stand in a later document, and is not passed over there', () => {
    const a = map(['epp.yaml', one]);
    expect(mistakes(`${a}---\n${map(['epp.yaml', other])}`)).toEqual([
      expect.stringMatching(/^epp\.yaml:17:13 E_DECODE .*2 EndpointPickerConfigs/),
    ]);
    expect(mistakes(`${a}---\n${other}`)).toEqual([expect.stringContaining('a document of its own')]);
    expect(loadConfig(`${a}---\nkind: Service\n`).effective).toEqual(loadConfig(one).effective);
    expect(loadConfig(`${map(['x.txt', 'x\n'])}---\n${a}`).effective).toEqual(loadConfig(one).effective);
    expect(mistakes(`${map(['x.txt', 'x\n'])}---\n${a.replace('plugins:', 'plugin:')}`)).toEqual([
      expect.stringMatching(/^epp\.yaml:13:5 E_DECODE .*"?plugin"?/),
    ]);
  });

  it('is told of where the picker itself passes over a later one', () => {
    expect(loadConfig(`${one}---\n${other}`)).toMatchObject({
      effective: loadConfig(one).effective,
      warnings: [expect.stringContaining('first YAML document')],
    });
    expect(loadConfig(`${one}---\nkind: Service\n`).warnings).toEqual([]);
  });

  it('is missed when it is not there', () => {
    expect(mistakes('kind: ConfigMap\napiVersion: v1\ndata: {a.txt: "x"}\n')).toEqual([
      expect.stringMatching(/E_DECODE .*holds no EndpointPickerConfig/),
    ]);
  });
});

describe('a configuration in JSON', () => {
  const json = (parameters: string): string =>
    `{"plugins":[{"type":"concurrency-detector","parameters":${parameters}},{"type":"queue-scorer"}]}`;

  it('loads, and its integers are written as such', () => {
    expect(mistakes(json('{"maxConcurrency":5}'))).toEqual([]);
    for (const wrong of ['5.0', '5e0']) {
      expect(mistakes(json(`{"maxConcurrency":${wrong}}`))).toEqual([
        expect.stringMatching(/1:75 E_PLUGIN_PARAMETERS .*maxConcurrency must be an integer/),
      ]);
    }
  });

  it('is not YAML in flow style', () => {
    expect(mistakes('{plugins: [{type: queue-scorer}]}\n')).toEqual([
      expect.stringMatching(/^epp\.yaml:1:2 E_DECODE .*read as JSON/),
    ]);
  });
});

describe('a text that says nothing', () => {
  it('is the built-in default', () => {
    const { effective } = loadConfig('');
    expect(effective.profiles).toEqual([
      {
        name: 'default',
        filters: [],
        scorers: [
          { name: 'queue-scorer', weight: 2 },
          { name: 'kv-cache-utilization-scorer', weight: 2 },
          { name: 'prefix-cache-scorer', weight: 3 },
        ],
        picker: 'max-score-picker',
      },
    ]);
    expect(effective.autoProducers).toEqual(['approx-prefix-cache-producer', 'token-producer']);
  });
});
