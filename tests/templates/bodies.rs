//! How the sections of a policy are marked up, each as some kind of site does it.

use crate::policy::Section;

/// How sections are written down; `n` varies what no reader sees.
pub type Body = fn(&[Section], u32) -> String;

/// All of them, by name.
pub const ALL: [(&str, Body); 20] = [
    ("plain", plain),
    ("sections with anchors", sections),
    ("accordion of buttons", accordion),
    ("details", details),
    ("tabs", tabs),
    ("definition list", definitions),
    ("table that lays out", layout_table),
    ("nested numbered list", numbered),
    ("headings that are divs", div_headings),
    ("lines with breaks", breaks),
    ("page builder", builder),
    ("two columns", columns),
    ("article a section", articles),
    ("custom elements", custom),
    ("spans for lines", spans),
    ("bold paragraphs", bold),
    ("blocks of an editor", editor),
    ("table of clauses", clause_table),
    ("short and long version", summaries),
    ("word processor", word_processor),
];

fn all(sections: &[Section], write: impl Fn(usize, &Section) -> String) -> String {
    sections.iter().enumerate().map(|(at, section)| write(at, section)).collect()
}

fn list(section: &Section) -> String {
    match section.items.is_empty() {
        true => String::new(),
        false => format!("<ul>{}</ul>", each(&section.items, "<li>", "</li>")),
    }
}

fn rows(section: &Section) -> String {
    if section.rows.is_empty() {
        return String::new();
    }
    let row = |[a, b]: &[String; 2]| format!("<tr><td>{a}</td><td>{b}</td></tr>");
    format!("<table><tbody>{}</tbody></table>", section.rows.iter().map(row).collect::<String>())
}

fn each(pieces: &[String], before: &str, after: &str) -> String {
    pieces.iter().map(|piece| format!("{before}{piece}{after}")).collect()
}

fn inner(section: &Section) -> String {
    format!("{}{}{}", each(&section.paragraphs, "<p>", "</p>"), list(section), rows(section))
}

fn plain(them: &[Section], _: u32) -> String {
    all(them, |_, it| format!("<h2>{}</h2>{}", it.heading, inner(it)))
}

fn sections(them: &[Section], n: u32) -> String {
    all(them, |at, it| {
        format!(
            "<section id='s{at}' data-v-{n}a3f class='css-{n}x'><h2 id='h{at}-{n}'>{}<a class=anchor \
             href='#h{at}-{n}' aria-label='Permalink'>#</a></h2>{}</section>",
            it.heading,
            inner(it)
        )
    })
}

fn accordion(them: &[Section], n: u32) -> String {
    all(them, |at, it| {
        let open = if at as u32 == n % 4 { ("true", "") } else { ("false", " hidden") };
        format!(
            "<div class=accordion-item><h3><button type=button aria-expanded={} aria-controls=p{at}>\
             {}</button></h3><div id=p{at} class=panel{}>{}</div></div>",
            open.0,
            it.heading,
            open.1,
            inner(it)
        )
    })
}

fn details(them: &[Section], n: u32) -> String {
    all(them, |at, it| {
        let open = if at as u32 == n { " open" } else { "" };
        format!("<details{open}><summary>{}</summary>{}</details>", it.heading, inner(it))
    })
}

fn tabs(them: &[Section], n: u32) -> String {
    let tab = |at: usize, it: &Section| {
        format!(
            "<li role=presentation><a role=tab href='#t{at}' data-toggle=tab>{}</a></li>",
            it.heading
        )
    };
    let panel = |at: usize, it: &Section| {
        let is_active = if at as u32 == n % 3 { "active" } else { "" };
        format!("<div role=tabpanel class='tab-pane {is_active}' id=t{at}>{}</div>", inner(it))
    };
    format!(
        "<ul class='nav nav-tabs' role=tablist>{}</ul><div class=tab-content>{}</div>",
        all(them, tab),
        all(them, panel)
    )
}

fn definitions(them: &[Section], _: u32) -> String {
    let one = |_: usize, it: &Section| format!("<dt>{}</dt><dd>{}</dd>", it.heading, inner(it));
    format!("<dl>{}</dl>", all(them, one))
}

fn layout_table(them: &[Section], n: u32) -> String {
    let one = |_: usize, it: &Section| {
        format!(
            "<tr><td width={n}><img src=x{n}.gif></td><td><font size=2><b>{}</b><br><br>{}</font></td></tr>",
            it.heading,
            inner(it)
        )
    };
    format!("<table border=0 width='100%'>{}</table>", all(them, one))
}

fn numbered(them: &[Section], _: u32) -> String {
    let one = |_: usize, it: &Section| {
        let inner = format!(
            "{}{}",
            each(&it.paragraphs, "<li><p>", "</p></li>"),
            each(&it.items, "<li>", "</li>")
        );
        format!("<li><strong>{}</strong><ol type=a>{inner}</ol>{}</li>", it.heading, rows(it))
    };
    format!("<ol>{}</ol>", all(them, one))
}

fn div_headings(them: &[Section], n: u32) -> String {
    all(them, |_, it| {
        let row =
            |[a, b]: &[String; 2]| format!("<div class=row{n}><div>{a}</div><div>{b}</div></div>");
        let rows: String = it.rows.iter().map(row).collect();
        format!(
            "<div class='sc-{n}abc title'>{}</div>{}{}{rows}",
            it.heading,
            each(&it.paragraphs, "<div class=text>", "</div>"),
            each(&it.items, "<div class=bullet>", "</div>")
        )
    })
}

fn breaks(them: &[Section], _: u32) -> String {
    all(them, |_, it| {
        let rows: String = it.rows.iter().map(|[a, b]| format!("{a}: {b}<br>")).collect();
        format!(
            "<b>{}</b><br><br>{}{}{rows}<br>",
            it.heading,
            each(&it.paragraphs, "", "<br><br>"),
            each(&it.items, "\u{2022} ", "<br>")
        )
    })
}

fn builder(them: &[Section], n: u32) -> String {
    all(them, |at, it| {
        format!(
            "<section class='elementor-section elementor-element-{n}{at}f' data-id={n}{at}f><div class=\
             elementor-container><div class='elementor-column'><div class=elementor-widget-wrap><div \
             class='elementor-widget elementor-widget-heading'><h2 class=elementor-heading-title>{}</h2>\
             </div><div class='elementor-widget elementor-widget-text-editor'>{}</div></div></div></div></section>",
            it.heading,
            inner(it)
        )
    })
}

fn columns(them: &[Section], _: u32) -> String {
    all(them, |_, it| {
        format!(
            "<div class=row><div class='col-md-4 label'><h4>{}</h4></div><div class='col-md-8'>{}</div></div>",
            it.heading,
            inner(it)
        )
    })
}

fn articles(them: &[Section], _: u32) -> String {
    all(them, |_, it| {
        format!("<article><header><h2>{}</h2></header>{}</article>", it.heading, inner(it))
    })
}

fn custom(them: &[Section], n: u32) -> String {
    all(them, |_, it| {
        format!(
            "<x-legal-section _ngcontent-c{n}><x-title><h2>{}</h2></x-title><x-rich-text>{}</x-rich-text></x-legal-section>",
            it.heading,
            inner(it)
        )
    })
}

fn spans(them: &[Section], n: u32) -> String {
    let run = |words: &str| {
        format!("<p class=c{n}><span class=s{n} style='color:#{n}11'>{words}</span></p>")
    };
    all(them, |_, it| {
        let lines: String = it.paragraphs.iter().map(|words| run(words)).collect();
        format!(
            "<h2><span style='font-size:1{n}px'>{}</span></h2>{lines}{}{}",
            it.heading,
            list(it),
            rows(it)
        )
    })
}

fn bold(them: &[Section], _: u32) -> String {
    all(them, |at, it| format!("<p><strong>{}. {}</strong></p>{}", at + 1, it.heading, inner(it)))
}

fn editor(them: &[Section], n: u32) -> String {
    let block = |words: &str, kind: &str| {
        format!(
            "<div class='block {kind}' data-block-id='{n}-{}'><div contenteditable=false><span>{words}</span></div></div>",
            words.len()
        )
    };
    all(them, |_, it| {
        let lines: String = it.paragraphs.iter().map(|words| block(words, "text")).collect();
        let items: String = it.items.iter().map(|words| block(words, "bullet")).collect();
        format!("{}{lines}{items}{}", block(&it.heading, "header"), rows(it))
    })
}

fn clause_table(them: &[Section], _: u32) -> String {
    let one = |_: usize, it: &Section| {
        format!("<tr><th scope=row>{}</th><td>{}</td></tr>", it.heading, inner(it))
    };
    format!("<table class=legal>{}</table>", all(them, one))
}

fn summaries(them: &[Section], _: u32) -> String {
    all(them, |_, it| {
        let (first, rest) =
            it.paragraphs.split_first().map_or(("", &[][..]), |(a, b)| (a.as_str(), b));
        format!(
            "<div class=clause><h3>{}</h3><aside class=summary><p>In short: {first}</p></aside><div>{}{}{}</div></div>",
            it.heading,
            each(rest, "<p>", "</p>"),
            list(it),
            rows(it)
        )
    })
}

fn word_processor(them: &[Section], n: u32) -> String {
    all(them, |_, it| {
        let lines =
            each(&it.paragraphs, "<p class=MsoNormal><span lang=EN-US>", "<o:p></o:p></span></p>");
        let items = each(&it.items, "<p class=MsoListParagraph>\u{b7}&nbsp;&nbsp; ", "</p>");
        format!("<p class=MsoHeading{n}><b><u>{}</u></b></p>{lines}{items}{}", it.heading, rows(it))
    })
}
