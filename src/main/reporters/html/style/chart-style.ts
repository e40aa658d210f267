/** Charts: a gutter for the axis on the left, and one for line names on the right. */
export const CHART_STYLE = `
.stack,.chart{--l:52px;--r:50px}
.plot{position:relative;height:var(--h);margin:0 var(--r) 0 var(--l)}
.marks{position:absolute;inset:0;width:100%;height:100%;overflow:hidden;display:block}
.marks path,.ridge path{fill:none;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.marks .grid,.ridge .grid{stroke:var(--grid);stroke-width:1}
.marks .episode{fill:var(--bad);fill-opacity:.07;stroke:none}
.marks .stage{stroke:var(--soft);stroke-width:1;stroke-dasharray:1 3}
.marks .ln,.ridge .ln{stroke-width:1.25}
.marks .p50{stroke-width:2}.marks .p99{stroke-width:1}
.ln.a{stroke:var(--a)}.ln.b{stroke:var(--b)}.ln.ok{stroke:var(--ok)}.ln.ev{stroke:var(--ok);stroke-width:1}
.ln.sent{stroke:var(--a);stroke-width:1}.ln.asked{stroke:var(--ink);stroke-width:1;stroke-dasharray:5 4}
.marks .fill:not(.ln){stroke:none}
.fill.a{fill:var(--a)}.fill.b{fill:var(--b)}.fill.ok{fill:var(--ok);fill-opacity:.16}.fill.ev{fill:var(--ok);fill-opacity:.2}
.marks g path{fill:inherit}
.marks use{fill:none;stroke-linejoin:round}
.band.a{color:var(--a)}.band.b{color:var(--b)}
.band.outer{fill:color-mix(in srgb,currentColor 15%,var(--paper))}.band.inner{fill:color-mix(in srgb,currentColor 30%,var(--paper))}.band.none{fill:var(--paper)}
.fill.inner{fill-opacity:.3}.fill.outer{fill-opacity:.15}
.marks .dot{stroke-width:2.2;stroke-linecap:round;stroke-opacity:.75}.dot.a{stroke:var(--a)}.dot.b{stroke:var(--b)}
.marks .bars{stroke:none}.bars.bad{fill:var(--bad)}
.heat{fill:var(--heat)}
.marks .pct,.ridge .pct{stroke:var(--ink);stroke-width:1.5}
.marks .whisker{stroke:var(--a);stroke-width:1.25}.marks .whisker.b{stroke:var(--b)}
.marks .bound{stroke-dasharray:2 3}
.marks .gate{stroke-width:2.5}.gate.held{stroke:var(--ink)}.gate.broken{stroke:var(--bad)}
.yt,.nm{position:absolute;font-size:11px;line-height:1;transform:translateY(-50%);white-space:nowrap}
.yt{right:100%;margin-right:7px;color:var(--soft)}
.nm{left:100%;margin-left:6px;font-weight:600}
.thin .yt{font-size:10.5px;transform:none}
.ln.lim{stroke:var(--bad)}.fill.lim{fill:var(--bad);fill-opacity:.18}
.islimit{color:var(--bad);font-size:11.5px}
.c-a,.c-sent{color:var(--a)}.c-b{color:var(--b)}.c-ok{color:var(--ok)}.c-gate,.c-ink{color:var(--ink)}
.stack{position:relative;margin-top:10px;touch-action:pan-y}
.js .stack{cursor:crosshair}
.track{margin-top:10px}
figcaption{font-size:12.5px;display:flex;flex-wrap:wrap;gap:0 8px;align-items:baseline;min-height:19px;margin-bottom:3px}
.what{color:var(--soft)}
.read{margin-left:auto;font-weight:500;white-space:pre-wrap;text-align:right}
.read b{font-weight:600}
.track:has(.thin){margin-top:5px}
.track:has(.thin) figcaption{margin-bottom:1px}
.sub{margin:20px 0 2px;color:var(--ink)}
.hint{font-size:12.5px}
.key{display:inline-flex;gap:6px;align-items:center;color:var(--soft);font-size:11.5px}
.ramp{display:inline-block;width:64px;height:9px;background:linear-gradient(90deg,color-mix(in srgb,var(--heat) 22%,transparent),var(--heat));print-color-adjust:exact;-webkit-print-color-adjust:exact}
.time,.stages{margin:0 var(--r) 0 var(--l);font-size:11px;color:var(--soft);height:16px}
.in{position:relative;height:100%}
.time{margin-top:5px}
.time span,.xt span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.time span::before{content:"";position:absolute;left:50%;top:-5px;height:4px;border-left:1px solid var(--rule)}
.time+.track{margin-top:4px}
.stages span{position:absolute;top:0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;padding-left:5px;border-left:1px dotted var(--soft);color:var(--ink)}
.stages span:first-child{border-left-color:transparent;padding-left:0}
.cursor{position:absolute;top:0;bottom:16px;width:0;border-left:1px solid color-mix(in srgb,var(--ink) 60%,transparent);pointer-events:none;display:none}
.cursor::after{content:attr(data-moment);white-space:nowrap;position:absolute;top:-2px;left:0;transform:translateX(-50%);background:var(--ink);color:var(--paper);font-size:11px;line-height:1;padding:3px 5px;border-radius:3px;font-weight:600}
.brush{position:absolute;top:0;bottom:16px;background:var(--a);opacity:.14;pointer-events:none;display:none}
.slider{position:absolute;left:var(--l);right:var(--r);top:0;bottom:16px;pointer-events:none}
.slider:focus-visible{outline-offset:4px}
`;
