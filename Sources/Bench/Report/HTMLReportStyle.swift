extension HTMLReport {
    /// Colours differ in lightness, too, and lines in dashes, so that they can be told apart without hue, on white and
    /// on black.
    static let style: StaticString = """
        :root{color-scheme:light dark;--ground:#fff;--panel:#f6f7f9;--ink:#1b1f24;--soft:#59636e;--line:#d5dae0;\
        --warn:#8a4b00;--warn-ground:#fff3dc;--c0:#8a929b;--c1:#b3522a;--c2:#0b6e99;--c3:#3d8f4f;--c4:#8458b3;\
        --c5:#c29a17;--c6:#30475e;--c7:#c25b8d}
        @media (prefers-color-scheme:dark){:root{--ground:#14171b;--panel:#1d2126;--ink:#f0f3f6;--soft:#9aa4af;\
        --line:#3a414a;--warn:#ffd9a0;--warn-ground:#3b2a10;--c0:#9aa4af;--c1:#e58a5f;--c2:#5bb8e0;--c3:#74c786;\
        --c4:#b794e0;--c5:#e6c65c;--c6:#8fa9c4;--c7:#e796bd}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        main{max-width:72rem;margin:0 auto;padding:1.25rem 1rem 3rem}
        h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}
        h2{font-size:1.125rem;margin:2rem 0 .5rem}
        p{margin:.25rem 0}
        .soft{color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
        .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:1.25rem 0 0;\
        padding:0;list-style:none}
        .tiles li{background:var(--panel);border-radius:.5rem;padding:.75rem 1rem}
        .tiles b{display:block;font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}
        .tiles span{color:var(--soft);font-size:.85rem}
        .warn{background:var(--warn-ground);color:var(--warn);border-radius:.5rem;padding:.6rem 1rem;margin:1rem 0 0}
        ul.notes{margin:.25rem 0;padding-left:1.2rem}
        ul.notes li{margin:.35rem 0}
        .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr));gap:1rem}
        figure{margin:0;background:var(--panel);border-radius:.5rem;padding:.75rem 1rem}
        figcaption{font-weight:600;margin-bottom:.5rem}
        svg{display:block;width:100%;height:auto}
        svg text{font:13px system-ui,sans-serif;fill:var(--ink)}
        svg .tick{fill:var(--soft);font-size:12px}
        svg .end{text-anchor:end}
        svg .middle{text-anchor:middle}
        .grid{stroke:var(--line);stroke-width:1}
        .axis{stroke:var(--soft);stroke-width:1}
        .line{fill:none;stroke:var(--c);stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}
        .dash{stroke-dasharray:1 5}
        .dot,.area{fill:var(--c)}
        .area{stroke:var(--panel);stroke-width:1}
        .s0{--c:var(--c0)}.s1{--c:var(--c1)}.s2{--c:var(--c2)}.s3{--c:var(--c3)}
        .s4{--c:var(--c4)}.s5{--c:var(--c5)}.s6{--c:var(--c6)}.s7{--c:var(--c7)}
        .wide{overflow-x:auto}
        table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
        th,td{padding:.25rem .75rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
        th:first-child,td.unit{text-align:left}
        th:first-child{padding-left:0;font-weight:500}
        td.unit{color:var(--soft)}
        thead th{font-weight:600}
        .deep{padding-left:1.25rem !important}
        """
}
