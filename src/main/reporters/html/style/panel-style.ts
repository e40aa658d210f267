/** Panels and their tables. */
export const PANEL_STYLE = `
.two{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:24px 40px}
.chart{min-width:0}
.chart .plot.bare{margin-left:0}
.chart .body:has(.bare){--l:0px}
.chart .body{--r:8px;position:relative}
.swatch{font-weight:600;font-size:11.5px}
.swatch::before{content:"";display:inline-block;width:12px;border-top:2px solid;vertical-align:4px;margin-right:4px}
.xt{position:relative;height:16px;margin:5px var(--r) 0 var(--l);font-size:11px;color:var(--soft)}
.xt.rows2{height:30px}.xt.rows2 span:nth-child(even){top:13px}.xt.rows2 span:nth-child(even)::before{top:-18px;height:17px}
.nm.pc{top:auto;bottom:8px;margin:0;transform:translateX(-50%);font-weight:500;background:color-mix(in srgb,var(--paper) 75%,transparent);padding:0 1px}
.hair{position:absolute;top:0;width:0;height:var(--h);border-left:1px solid var(--ink);opacity:.55;pointer-events:none;display:none}
.wide{margin-top:22px}.wide+p{margin-top:10px}
.under td{border-top:0;padding-top:0;font-size:12px}
section>h2+.wide,section>h2+p+.wide{margin-top:6px}
.two+.wide{margin-top:22px!important}
.lat th:first-child{width:5em}
.url{display:block;color:var(--soft);font-weight:400;font-size:12px;overflow-wrap:anywhere}
/* A longer text is cut here, and complete in the JSON. */
.notice,.url,.rules code{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:6;overflow:hidden}
.notice{-webkit-line-clamp:18}
.rules code{display:-webkit-inline-box;vertical-align:top}
.shape{width:200px}
.ridge{width:100%;height:28px;display:block}
.ex{color:var(--soft);overflow-wrap:anywhere}
.stat{width:auto;min-width:min(100%,460px)}
.prop{width:220px}
.prop i{display:block;height:7px;background:var(--ok);print-color-adjust:exact;-webkit-print-color-adjust:exact}.prop i.bad{background:var(--bad)}
.facts{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 40px;margin-top:14px;font-size:13px}
.facts>div{display:grid;grid-template-columns:140px minmax(0,1fr);gap:12px;border-top:1px solid var(--grid);padding:3.5px 0}
.facts dt{color:var(--soft)}.facts dd{overflow-wrap:anywhere}
section>h2+.facts{margin-top:0}
details{margin-top:12px}
summary{cursor:pointer;width:fit-content;color:var(--ink);text-decoration:underline;text-decoration-color:var(--rule);text-underline-offset:3px}
.terms dl{display:grid;grid-template-columns:max-content minmax(0,70ch);gap:4px 16px;margin-top:8px;font-size:13px}
.terms dd{color:var(--soft)}
.num td,.num thead th:not(:first-child){text-align:right;white-space:nowrap}
.num td+td{padding-left:10px}
.rows{content-visibility:auto}
button{font:inherit;font-size:12.5px;color:inherit;background:var(--wash);border:1px solid var(--rule);border-radius:4px;padding:2px 9px;cursor:pointer}
footer{margin-top:40px;border-top:1px solid var(--rule);padding-top:8px;color:var(--soft);font-size:12px}
`;
