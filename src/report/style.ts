/** Style of a report: system fonts, one accent for recall, colours told apart in all common colour visions. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --ink: #1c1e21; --soft: #666c75; --rule: #e4e5e8; --base: #a9adb4;
  --band: #f3f4f6; --accent: #b4540a; --accent-band: #fbeee0;
  --s1: #1f66c9; --s2: #12806a; --s3: #8a4bb3; --s4: #b4540a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --ink: #e7e8ea; --soft: #9ba1aa; --rule: #2a2e33; --base: #737a85;
    --band: #1d2024; --accent: #f0a35e; --accent-band: #33261a;
    --s1: #74abf5; --s2: #55c2a6; --s3: #c595e6; --s4: #f0a35e;
  }
}
* { box-sizing: border-box }
body {
  margin: 0 auto; padding: 48px 28px 72px; max-width: 944px;
  background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
}
h1 { font-size: 30px; line-height: 1.2; letter-spacing: -.015em; margin: 0; font-weight: 650 }
h2 { font-size: 19px; margin: 52px 0 2px; font-weight: 640; letter-spacing: -.005em }
h3 { font-size: 15px; margin: 0 0 2px; font-weight: 600 }
p { margin: 4px 0 0 }
.lead, .say { color: var(--soft) }
.say { max-width: 52em }
.say { font-size: 15px; margin-bottom: 14px }
.headlines { display: flex; flex-wrap: wrap; gap: 0 44px; margin: 26px 0 0; padding: 18px 0; border: solid var(--rule); border-width: 1px 0 }
.headlines div { min-width: 120px }
.headlines dt { color: var(--soft); font-size: 13.5px }
.headlines dd { margin: 0; font-size: 25px; font-weight: 620; letter-spacing: -.01em; line-height: 1.3 }
.headlines dd small { display: block; font-size: 13.5px; font-weight: 400; color: var(--soft); letter-spacing: 0 }
svg { display: block; max-width: 100%; height: auto; overflow: visible; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif }
image { image-rendering: pixelated }
figure { margin: 0 }
figcaption { color: var(--soft); font-size: 13px; margin-top: 4px }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(360px, 1fr)); gap: 26px 24px; margin-top: 16px }
.maps { display: grid; gap: 26px }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; font-size: 13px; color: var(--soft); margin: 2px 0 6px }
.legend span { display: inline-flex; align-items: center; gap: 7px }
.legend i { width: 18px; height: 0; border-top: 2.5px solid var(--c) }
.series-1 { --c: var(--s1) } .series-2 { --c: var(--s2) } .series-3 { --c: var(--s3) } .series-4 { --c: var(--s4) } .faint { --c: var(--base) }
.grid { stroke: var(--rule) } .base { stroke: var(--base) }
.tick { fill: var(--soft); font-variant-numeric: tabular-nums }
.axis { fill: var(--soft); font-size: 12.5px }
.line { fill: none; stroke: var(--c); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
.faint .line { stroke-width: 1.1; opacity: .75 }
.dot { fill: var(--c); stroke: var(--paper); stroke-width: 1.5 }
.bar { fill: var(--c) }
.band { fill: var(--band) } .band.accent { fill: var(--accent-band) }
.span { stroke: var(--base); stroke-width: 2 } .span.accent { stroke: var(--accent) }
.span-name { fill: var(--soft); font-weight: 600 } .span-name.accent, .note.accent { fill: var(--accent) }
.mean { stroke: var(--soft); stroke-dasharray: 2 4; stroke-linecap: round; stroke-width: 1.5 }
.note { fill: var(--soft); paint-order: stroke; stroke: var(--paper); stroke-width: 3px; stroke-linejoin: round }
.note.accent { stroke: var(--accent-band) }
.cell { fill: var(--s1) } .outline { fill: none; stroke: var(--rule) }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-size: 14px; margin: 10px 0 0; width: 100% }
th { text-align: left; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--base); padding: 4px 18px 4px 0; white-space: nowrap }
td { border-bottom: 1px solid var(--rule); padding: 5px 18px 5px 0; vertical-align: top; overflow-wrap: anywhere }
td:first-child { white-space: nowrap }
.number { text-align: right; font-variant-numeric: tabular-nums }
.tables h3 { margin-top: 30px }
footer { margin-top: 56px; color: var(--soft); font-size: 13px }
@media print {
  :root { --paper: #fff }
  body { padding: 0; max-width: none; font-size: 12px }
  section, figure, tr { break-inside: avoid }
  h2 { margin-top: 28px }
}
`;
