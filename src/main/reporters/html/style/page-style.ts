/**
 * Ink and paper, one blue (response, A), one orange (service, B), one red for failures. Text has a contrast of at
 * least 4.5 and marks of at least 3; colour never carries information on its own.
 */
export const PAGE_STYLE = `
:root{color-scheme:light dark;
--paper:#fcfcfa;--ink:#1b1e22;--soft:#58616c;--rule:#d5d7d2;--grid:#e8e9e5;--wash:#f2f3ef;
--a:#0b5cab;--b:#b2520a;--bad:#b3241b;--heat:#0a3f94;--ok:#3f4a57;--c:#0e755d;--d:#7b3fa8;--focus:#0b5cab}
@media screen and (prefers-color-scheme:dark){:root{
--paper:#15181b;--ink:#e7e9eb;--soft:#a0a9b3;--rule:#363c43;--grid:#262b30;--wash:#1c2024;
--a:#6db3f8;--b:#f0a055;--bad:#ff8a7a;--heat:#8fcaff;--ok:#b4bec9;--c:#5ad0ac;--d:#cfa0ff;--focus:#6db3f8}}
@media (forced-colors:active){:root{--paper:Canvas;--ink:CanvasText;--soft:CanvasText;--rule:CanvasText;--grid:GrayText;--wash:Canvas;--a:LinkText;--b:CanvasText;--bad:CanvasText;--heat:CanvasText;--ok:CanvasText;--c:CanvasText;--d:CanvasText;--focus:Highlight}
.swatch::before,.ramp,.blob,.prop i,.link i{forced-color-adjust:none}.marks .grid,.ridge .grid{opacity:.45}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:14px/1.5 Inter,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;font-variant-numeric:tabular-nums lining-nums}
.page{max-width:1128px;margin:0 auto;padding:20px 24px 40px}
h1,h2,h3,p,dl,dd,figure,table{margin:0}
h1,h2,p,caption,figcaption,.long,.errs th,.stat th,th>a{overflow-wrap:anywhere}
a{color:inherit;text-underline-offset:3px;text-decoration-color:var(--rule)}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--paper);padding:4px 8px}
html:not(.js) .js-only{display:none!important}
.whole{white-space:nowrap}.soft{color:var(--soft)}.bad{color:var(--bad)}
code{font:12.5px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}

header{display:flex;flex-wrap:wrap;gap:2px 20px;align-items:baseline;border-bottom:1px solid var(--ink);padding-bottom:8px}
header h1{font-size:15px;font-weight:600;overflow-wrap:anywhere}
header p{color:var(--soft);font-size:12.5px}
header nav{margin-left:auto;font-size:12.5px;display:flex;flex-wrap:wrap;gap:0 14px}
section{margin-top:36px}
section>h2{font-size:17px;font-weight:600;letter-spacing:-.01em;margin-bottom:8px}
section.first{margin-top:20px}
h3{font-size:13px;font-weight:600}

.top{display:grid;grid-template-columns:minmax(0,7fr) minmax(0,5fr);gap:20px 56px;align-items:start}
.verdict p{max-width:60ch;margin-top:6px}
.big{font-size:30px!important;line-height:1.2;font-weight:650!important;letter-spacing:-.022em!important;margin:10px 0 10px!important}
.finding{font-size:15.5px}
.lead{font-weight:600;margin-right:4px}
.notice{border-left:3px solid var(--bad);padding-left:10px}.notice.note{border-left-color:var(--rule)}
.chain{display:flex;flex-wrap:wrap;overflow-wrap:normal;font-size:12.5px;color:var(--soft);margin-top:4px!important}
.link{position:relative;padding-right:34px;display:flex;align-items:center;gap:6px}
.link:not(:last-child)::after{content:"";position:absolute;right:8px;top:50%;width:18px;border-top:1px solid var(--soft)}
.link i{width:9px;height:9px;border:1.5px solid var(--soft);border-radius:50%}
.link.limit{color:var(--ink);font-weight:600}
.link.limit i{background:var(--bad);border-color:var(--bad);box-shadow:0 0 0 3px color-mix(in srgb,var(--bad) 25%,transparent)}
.link em{font-style:normal;font-weight:600;color:var(--bad);font-size:11.5px}

table{border-collapse:collapse;width:100%;font-size:13px}
caption{text-align:left;color:var(--soft);font-size:12.5px;padding-bottom:4px}
th,td{text-align:left;font-weight:400;padding:3.5px 0;vertical-align:baseline;border-top:1px solid var(--grid)}
th+th,th+td,td+td{padding-left:16px}
thead th{color:var(--soft);font-size:12px;border-top:0;border-bottom:1px solid var(--rule);vertical-align:bottom}
tbody th{font-weight:500}
.n{text-align:right;white-space:nowrap}
.rules h3{margin:2px 0 4px}
.rules td{white-space:nowrap}
.rules td:nth-child(2){width:48%}.rules td:nth-child(2),.rules .few{white-space:normal}.rules .few{text-align:right;color:var(--bad)}
.mark{width:14px}.broken .mark,.broken .n{color:var(--bad);font-weight:600}
.bullets{width:104px;text-align:right}
.bullet{display:inline-block;vertical-align:-2px}
.bullet .track{stroke:var(--rule);stroke-width:1}
.bullet .bar{stroke:var(--ok);stroke-width:4}.bullet .more{stroke:var(--bad);stroke-width:1.5;stroke-dasharray:2 3}.bullet .now{fill:var(--ok)}.bullet .lim{stroke:var(--ink);stroke-width:1.5}
.broken .bar{stroke:var(--bad)}.broken .now{fill:var(--bad)}

.tiles{display:grid;grid-template-columns:repeat(6,minmax(0,1fr));margin-top:26px;border-top:1px solid var(--rule);border-bottom:1px solid var(--rule)}
.tiles>div{padding:9px 12px 10px 14px;border-left:1px solid var(--grid);min-width:0}
.tiles>div:first-child{border-left:0;padding-left:0}
.tiles dt{font-size:12.5px;color:var(--soft)}.tiles dt span{font-size:11.5px}
.tiles dd{font-size:25px;line-height:1.25;font-weight:600;letter-spacing:-.02em;white-space:nowrap}
.tiles dd small{font-size:14px;font-weight:500;color:var(--soft);letter-spacing:0}
.tiles .under{font-size:12px;font-weight:400;color:var(--soft);letter-spacing:0;white-space:normal;line-height:1.4}
.tiles .bad dd:not(.under){color:var(--bad)}
`;
