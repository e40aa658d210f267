/** Styles that only comparisons use. */
export const COMPARISON_STYLE = `
.arms{align-items:center;gap:8px}.arms .url{display:inline}.arms .c-a,.arms .c-b{font-weight:600;display:inline-flex;align-items:center;gap:6px}
.blob{width:10px;height:10px;border-radius:50%;background:currentColor;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.rules p{margin-top:6px}
.forest .f{width:34%;padding:0 0 0 20px;vertical-align:middle}
.forest svg{display:block;width:100%;height:30px;overflow:visible}
.forest svg path,.marks .margin,.marks .one,.marks .kneeline{vector-effect:non-scaling-stroke}
.margin{fill:var(--ink);fill-opacity:.07;stroke:none}.marks .margin{fill:var(--ink)}
.one{stroke:var(--soft);stroke-width:1;fill:none}.marks .one{stroke:var(--soft);stroke-width:1}
.ci{stroke:var(--soft);stroke-width:1.5;fill:none}.ci.clear{stroke:var(--ink);stroke-width:2}
.mid{stroke:var(--soft);stroke-width:8;stroke-linecap:round;fill:none}.mid.clear{stroke:var(--ink)}
.strip{display:block;width:100%;height:14px}.strip path{fill:none;vector-effect:non-scaling-stroke}.strip .track{stroke:var(--grid);stroke-width:1}
.strip .each{stroke:var(--a);stroke-width:5;stroke-linecap:round;stroke-opacity:.7}
.levels .f{width:40%;padding:0 0 0 20px;vertical-align:middle}
.group th{padding-top:10px;font-weight:600;border-top-color:var(--rule)}.group th .soft{font-weight:400}
.main th,.main td{font-weight:600}.main .soft{font-weight:400}
.forest tfoot td{border-top:1px solid var(--rule);padding-top:0}.forest .xt{margin:3px 0 0}
.marks .ln.ink{stroke:var(--ink);stroke-width:2}
.marks .ln.faint{stroke-width:1;stroke-opacity:.3}
.dot.round{stroke:var(--soft)}.marks .dot.round{stroke-width:4;stroke-opacity:.55}
.marks .dot.big{stroke-width:6;stroke-opacity:1}.dot.ok{stroke:var(--ok)}
.marks .dot.few{stroke-width:4.5}.marks .dot.small{stroke-width:3}.marks .ln.thin{stroke-width:1;stroke-opacity:.45}
.marks .cross{stroke:var(--bad);stroke-width:1.75}.when{white-space:nowrap}@media (min-width:780px){.runs tbody th{white-space:nowrap}}section>p+p{margin-top:6px}.runs code{font-size:11.5px}
.marks .dot.knee{stroke-width:13;stroke:var(--ink);stroke-opacity:.25}
.marks .pairline{stroke:var(--rule);stroke-width:1.5}
.marks .kneeline{stroke:var(--ink);stroke-width:1}
.marks .whisker.ink{stroke:var(--ok)}
.nm.side{left:auto;right:6px;padding:2px 3px;background:color-mix(in srgb,var(--paper) 80%,transparent);color:var(--soft);font-weight:500}
.nm.knee{transform:translate(5px,0);margin:0;background:color-mix(in srgb,var(--paper) 80%,transparent)}.nm.knee.before{transform:translate(calc(-100% - 5px),0)}
.nm.at{margin:0;transform:translate(-50%,-165%);color:var(--soft);font-weight:500}.nm.at.right{transform:translate(9px,-50%)}.nm.at.bold{color:var(--ink);font-weight:700}
.one-each{display:grid;gap:18px}
.three{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:20px 32px;margin-top:8px}
.wideleft{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,3fr);gap:20px 48px;align-items:start}
.wideleft .wide{margin-top:0}
.shifts.cards th:first-child{width:10em}.shifts td.soft{white-space:normal}
section>p+.chart,section>p+.two,section>p+.wideleft,section>p+.one-each,section>p+.three{margin-top:12px}
.axis{font-size:11px;color:var(--soft);text-align:center;margin-left:var(--l)}
.tiles.five{grid-template-columns:repeat(5,minmax(0,1fr))}
`;
