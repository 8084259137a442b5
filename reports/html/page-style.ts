/** The page's style sheet: light and dark paper, wide and narrow screens, print. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --panel: #ffffff; --ink: #1d1f23; --muted: #5c636f; --line: #e4e1da;
  --good: #12704a; --bad: #b3261e; --warn: #855600; --accent: #1f5fbf; --chip: #efede7;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Source Serif 4", Charter, Georgia, "DejaVu Serif", serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #121417; --panel: #191c21; --ink: #ebe9e4; --muted: #a0a7b3; --line: #2d323a;
    --good: #5cc796; --bad: #ff8b82; --warn: #e3b04b; --accent: #82b1ff; --chip: #262b32;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 var(--sans); }
.page { max-width: 1120px; margin: 0 auto; padding: 0 28px 72px; }
a { color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 16px; top: 12px; background: var(--panel); padding: 6px 12px; z-index: 2; }
.masthead { display: flex; flex-wrap: wrap; gap: 4px 20px; justify-content: space-between; align-items: baseline;
  padding: 22px 0 14px; border-bottom: 1px solid var(--line); color: var(--muted); font-size: 14px; }
.masthead b { color: var(--ink); font-weight: 650; letter-spacing: .01em; }
.answer { padding: 44px 0 12px; max-width: 920px; }
.kicker { margin: 0 0 10px; color: var(--muted); font-size: 14px; }
h1 { font: 600 clamp(30px, 5vw, 50px)/1.1 var(--serif); letter-spacing: -.012em; margin: 0 0 18px; text-wrap: balance; overflow-wrap: anywhere; }
.because { font: 400 clamp(18px, 2.1vw, 21px)/1.5 var(--serif); margin: 0 0 8px; overflow-wrap: anywhere; }
.next { margin: 22px 0 0; padding: 12px 18px; border-left: 3px solid var(--accent); background: var(--panel); border-radius: 0 6px 6px 0; overflow-wrap: anywhere; }
.next code { white-space: nowrap; } .next b { font-weight: 650; }
.doubt { margin: 16px 0 0; font-size: 14px; color: var(--muted); }
section { padding-top: 44px; }
h2 { font: 600 25px/1.2 var(--serif); letter-spacing: -.005em; margin: 0 0 6px; }
h3 { font: 650 15px/1.4 var(--sans); margin: 26px 0 8px; overflow-wrap: anywhere; }
.lede { margin: 0 0 18px; max-width: 720px; color: var(--muted); font-size: 15px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14.5px; }
caption { text-align: left; color: var(--muted); font-size: 13.5px; padding-bottom: 6px; }
th, td { padding: 7px 14px 7px 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: middle; }
th { font-weight: 550; }
thead th { color: var(--muted); font-weight: 500; font-size: 13px; vertical-align: bottom; white-space: normal; overflow-wrap: anywhere; }
tbody th, th:first-child, td.text { text-align: left; }
td.text { white-space: normal; }
tr > :last-child { padding-right: 0; }
.group th { padding-top: 20px; color: var(--muted); font-weight: 500; font-size: 13px; }
.wide td, .wide th { white-space: normal; overflow-wrap: anywhere; min-width: 72px; } .wide table { font-size: 13px; }
.reasons thead th { overflow-wrap: normal; } .reasons thead th:last-child { text-align: left; }
.reasons td:not(:last-child) { white-space: nowrap; }
.reasons td:last-child { white-space: normal; text-align: left; min-width: 300px; }
.glance { table-layout: fixed; min-width: 720px; }
.glance th:first-child { width: 19%; } .glance .verdict { width: 104px; }
.glance td { text-align: left; padding-right: 22px; }
.glance thead th { text-align: left; }
.glance tbody th { white-space: normal; overflow-wrap: anywhere; }
.meter { display: block; height: 5px; margin-top: 5px; border-radius: 3px; background: var(--chip); overflow: hidden; }
.meter i { display: block; height: 100%; border-radius: 3px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.band { display: block; margin-top: 4px; font-size: 12px; color: var(--muted); text-decoration: none; font-weight: 400; }
.best th, .best td { font-weight: 700; }
.glance tbody th { font-weight: 450; } .glance .best th { font-weight: 700; }
.key { display: inline-block; vertical-align: middle; margin-right: 8px; flex: none; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 14px; padding: 0; list-style: none; font-size: 14px; }
.chip { display: inline-block; padding: 1px 9px; border-radius: 999px; background: var(--chip); font-size: 12.5px; font-weight: 550; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .dim { color: var(--muted); }
.charts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 22px; }
.charts.two { grid-template-columns: repeat(2, minmax(0, 1fr)); }
.charts.strips { grid-template-columns: repeat(auto-fit, minmax(min(310px, 100%), 1fr)); }
figure { margin: 0; min-width: 0; break-inside: avoid; }
figcaption { font-size: 14px; font-weight: 600; margin-bottom: 6px; }
.strips figcaption { font-weight: 400; font-size: 13px; color: var(--muted); margin-bottom: 2px; }
.plot { width: 100%; min-height: 60px; }
.plot svg, .plot canvas { max-width: 100%; display: block; }
.plot .role-axis-label text, .plot .role-axis-title text { fill: var(--muted); }
.ramp { display: inline-block; width: 74px; height: 9px; border-radius: 2px; margin: 0 6px; vertical-align: middle; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 22px; margin: 0; font-size: 14.5px; }
.facts dt { color: var(--muted); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.labels { padding: 0; margin: 0; list-style: none; }
.labels li { padding: 9px 0; border-bottom: 1px solid var(--line); display: grid; grid-template-columns: 210px 1fr; gap: 4px 20px; }
code, pre { font-family: var(--mono); font-size: 13px; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: 14px 16px; overflow: auto; line-height: 1.5; }
pre.command { white-space: pre-wrap; overflow-wrap: anywhere; }
details pre { max-height: 560px; }
summary { cursor: pointer; padding: 8px 0; font-weight: 600; font-size: 15px; overflow-wrap: anywhere; }
details { border-bottom: 1px solid var(--line); } details[open] { border-bottom: 0; }
footer { margin-top: 52px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--muted); font-size: 13px; }
#vg-tooltip-element { visibility: hidden; position: fixed; z-index: 9; padding: 7px 11px; font: 13px/1.45 var(--sans);
  background: var(--ink); color: var(--paper); border-radius: 5px; max-width: 380px; pointer-events: none; }
#vg-tooltip-element.visible { visibility: visible; }
#vg-tooltip-element table { font-size: 13px; width: auto; }
#vg-tooltip-element td { border: 0; padding: 0 10px 0 0; text-align: left; }
@media (max-width: 860px) {
  .next code { white-space: normal; }
  .scroll th:first-child { position: sticky; left: 0; background: var(--paper); max-width: 42vw; white-space: normal; }
  .page { padding: 0 18px 56px; }
  .answer { padding-top: 28px; }
  .charts:not(.strips) { grid-template-columns: minmax(0, 1fr); }
  .labels li { grid-template-columns: 1fr; }
  .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: 8px; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; }
  body { font-size: 11pt; }
  .page { max-width: none; padding: 0; }
  section { padding-top: 22px; break-inside: auto; }
  h2, h3, figcaption, thead { break-after: avoid; }
  tr, .labels li { break-inside: avoid; }
  details pre { max-height: none; overflow: visible; white-space: pre-wrap; }
  .scroll { overflow: visible; }
  .glance { min-width: 0; } table { font-size: 9.5pt; } th, td { padding-right: 8px; }
  #download, .skip { display: none; }
}
`;
