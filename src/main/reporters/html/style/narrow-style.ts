/** A wide table as a block for each row, in which each cell has its heading. */
const asBlocks = (table: string, columns: string): string => `
${table} thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
${table},${table} tbody,${table} caption{display:block}
${table} tr{display:grid;grid-template-columns:${columns};gap:3px 10px;padding:7px 0;border-top:1px solid var(--rule)}
${table} th{grid-column:1/-1}
${table} th,${table} td{border:0;padding:0!important;text-align:left}
${table} td[data-l]::before{content:attr(data-l);display:block;font-size:11px;line-height:1.3;color:var(--soft);white-space:normal}`;

/** Narrow windows, in which wide tables become a block per row, and print. */
export const NARROW_STYLE = `
@media (max-width:1000px){.tight{display:none}.wideleft{grid-template-columns:minmax(0,1fr)}.cards td.bad{white-space:normal}.shifts span.soft{display:block}}
/* Tables of ten columns need more than this once their numbers are large. */
@media screen and (max-width:860px){${asBlocks('.many', 'repeat(auto-fill,minmax(84px,1fr))')}
.many tr.under{border-top:0;padding-top:0}.many .under td{grid-column:1/-1}.many .shape,.many .twice{grid-column:span 2;width:auto}
}
@media screen and (max-width:720px){.forest .iv,.lat .iv{display:none}}
@media (max-width:820px){
.top{grid-template-columns:minmax(0,1fr)}
.tiles{grid-template-columns:repeat(3,minmax(0,1fr))}
.tiles>div:nth-child(3n+1){border-left:0;padding-left:0}.tiles>div:nth-child(n+4){border-top:1px solid var(--grid)}
.two,.three,.facts{grid-template-columns:minmax(0,1fr)}
.tiles.five{grid-template-columns:repeat(3,minmax(0,1fr))}
.shape{width:120px}
}
@media screen and (max-width:680px){${asBlocks('.cards', 'repeat(4,minmax(0,1fr))')}
.cards tr.under{border-top:0;padding-top:0}.cards .under td{grid-column:1/-1}
.cards td{align-self:end}.runs td{align-self:start}.cards td.n{white-space:normal}
.runs td,.runs th,.when{white-space:normal;overflow-wrap:anywhere}
.cards .shape{grid-column:3/-1;grid-row:2;width:auto}
.cards .when,.cards .twice{grid-column:span 2}
}
@media (max-width:600px){${asBlocks('.errs', 'repeat(3,minmax(0,1fr))')}
.errs .ex{grid-column:1/-1}
body{font-size:14px}
.page{padding:14px 16px 32px}
header nav{margin-left:0;width:100%;gap:2px 14px;margin-top:4px}
.big{font-size:25px!important}
section{margin-top:30px}
.link{padding-right:26px;gap:5px}.link:not(:last-child)::after{width:12px}
.tiles>div{padding:8px 6px 8px 10px}.tiles dd{font-size:clamp(15px,4.7vw,20px)}.tiles dd small{font-size:12px}
.tiles dt span{display:none}.tiles .under{font-size:11px}
.stack,.chart{--l:44px;--r:34px}
.yt{font-size:10px;margin-right:5px}.nm{font-size:10px;margin-left:4px}
.what{flex-basis:100%;order:3;line-height:1.3}
.track .what{font-size:11.5px}.track:has(.thin) .what{flex-basis:auto;order:0}
.key{order:4}
.odd{display:none}
.stages{font-size:10px}
.bullets{display:none}
.levels .f,.levels .iv{display:none}.forest .iv{display:none}.forest .f{width:30%;padding-left:9px}.forest .dec{display:none}.forest tfoot{display:none}
th+th,th+td,td+td{padding-left:9px}
.lat{font-size:11px}.lat th:first-child{width:auto}.lat .iv{display:none}
.lat th+th,.lat th+td,.lat td+td{padding-left:4px}
.opt{display:none}.num{font-size:11px}.num td+td{padding-left:4px}.num th+td{padding-left:4px}
.facts>div{grid-template-columns:104px minmax(0,1fr)}
.terms dl{grid-template-columns:1fr}.terms dt{font-weight:500}
.stat{min-width:100%}.prop{width:38%}
}
@media print{
@page{margin:10mm}
th+th,th+td,td+td{padding-left:9px}table{font-size:12px}
body{font-size:10.5pt}
.page{max-width:none;padding:0 2.5mm}
header nav,.skip,#data,footer,.hint .js-only,.slider,.cursor{display:none!important}
figure,tr,.tiles,.verdict,.rules{break-inside:avoid}
h2,h3,section>p{break-after:avoid}
.three{grid-template-columns:repeat(3,minmax(0,1fr));gap:16px 20px}.verdict:only-child{grid-column:1/-1}
.rows{display:none}
.top,.two{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}.facts{grid-template-columns:1fr 1fr;gap:0 20px}.facts>div{grid-template-columns:90px minmax(0,1fr)}.bullets{display:none}
.tiles{grid-template-columns:repeat(6,minmax(0,1fr))}.tiles.five{grid-template-columns:repeat(5,minmax(0,1fr))}
.tiles>div:nth-child(n+4){border-top:0}.tiles>div:nth-child(3n+1):not(:first-child){border-left:1px solid var(--grid);padding-left:14px}.two .xt .odd{display:none}
.tiles dd{font-size:19px}.shifts span.soft{display:block}
details::details-content{content-visibility:visible;display:block;block-size:auto}
}
`;
