//! What a page reads like, told by one pass over its markup: no tree is built and no rule asked.

use crate::{
    extract::{
        decode::{self, MediaType},
        page::Source,
        reads::Readers,
        reduced::reduced,
    },
    model::{snapshot::Digest, watch::Selection},
};

/// Returns the fingerprint of a page: where two have the same, [`extract`] gives the same of both,
/// under the same selection and revision of the rules (but for the name of the encoding).
///
/// `None` where that cannot be told for certain.
///
/// [`extract`]: crate::extract::page::extract
pub fn fingerprint(source: &Source, selection: &Selection) -> Option<Digest> {
    let readers = readers(selection)?;
    match decode::media_type(source.content_type, source.bytes) {
        Ok(MediaType::Html) => (),
        Ok(MediaType::Plain) | Err(_) => return None,
    }
    let (markup, _) = decode::decode(source.bytes, source.content_type);
    Some(Digest::of(reduced(&markup, readers)?.as_bytes()))
}

/// Returns who reads the page; `None` where a selector may read what is left out for all, as
/// `:empty` does, however it is written.
fn readers(selection: &Selection) -> Option<Readers> {
    let mut selectors = selection.select.iter().chain(&selection.remove).peekable();
    if selectors.peek().is_none() {
        return Some(Readers::RulesAlone);
    }
    let is_plain = |it: &String| !it.to_ascii_lowercase().contains("empty") && !it.contains('\\');
    selectors.all(is_plain).then_some(Readers::RulesAndSelectors)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract::{page::extract, parse::parse};

    fn of(bytes: &[u8], selection: &Selection) -> Option<Digest> {
        fingerprint(&Source { bytes, content_type: Some("text/html; charset=utf-8") }, selection)
    }

    fn select(selector: &str) -> Selection {
        Selection { select: vec![selector.to_owned()], ..Selection::default() }
    }

    const PAGE: &str = "<!doctype html><html lang=en><head><meta charset=utf-8>\
        <meta name=csrf content='1'><title>Policy</title><script nonce=1 noModule src=/a.js?1>a<b</script>\
        <style>p{color:red}</style><link rel=stylesheet href=/a.css></head><body data-page='{1}'>\
        <!-- served by 1 --><main class=text><p data-id=1 style='top:1px'>We never sell data.</p>\
        <a href=/a data-track='1'>More</a><form><input type=hidden name=token value=1></form>\
        <svg viewBox='0 0 1 1'><title>A face</title></svg></main></body></html>";

    #[test]
    fn what_no_rule_reads_has_no_fingerprint() {
        let before = of(PAGE.as_bytes(), &Selection::default()).unwrap();
        for (of_before, of_after) in [
            ("content='1'", "content='2'"),
            ("nonce=1", "nonce=\"22\" async"),
            ("/a.js?1", "/a.js?2"),
            ("/a.css", "/b.css"),
            ("/a.js?1", "/a.js?1&amp;a=2&b=3"),
            ("a<b", "b<c; d"),
            ("color:red", "color:blue"),
            ("{1}", "{2}"),
            ("served by 1", "served by another"),
            ("data-id=1", "data-id=2"),
            ("top:1px", "top:2px"),
            ("data-track='1'", "data-track='2'"),
            ("value=1", "value=2"),
        ] {
            let after = PAGE.replace(of_before, of_after);
            assert_ne!(after, PAGE, "{of_before}");
            assert_eq!(of(after.as_bytes(), &Selection::default()), Some(before), "{of_after}");
        }
    }

    #[test]
    fn what_a_rule_reads_is_in_the_fingerprint() {
        let before = of(PAGE.as_bytes(), &Selection::default()).unwrap();
        for (of_before, of_after) in [
            ("lang=en", "lang=de"),
            ("Policy", "Terms"),
            ("/a.js?1", "//hcaptcha.com/1"),
            ("/a.js?1", "/r&#101;captcha/1"),
            ("name=csrf", "property=og:title"),
            ("name=csrf", "http-equiv=refresh"),
            ("class=text", "class=menu"),
            ("never", "always"),
            ("href=/a ", "href=/b "),
            ("type=hidden", "type=password"),
            ("<!-- served by 1 -->", ""),
            ("<!-- served by 1 -->", "<!--$ served by 1 -->"),
        ] {
            let after = PAGE.replace(of_before, of_after);
            assert_ne!(after, PAGE, "{of_before}");
            assert_ne!(of(after.as_bytes(), &Selection::default()), Some(before), "{of_after}");
        }
    }

    #[test]
    fn a_selector_may_read_any_attribute() {
        let of_page = |page: &str| of(page.as_bytes(), &select("[data-id='1']"));
        assert_ne!(of_page(PAGE), of_page(&PAGE.replace("data-id=1", "data-id=2")));
        assert_eq!(of_page(PAGE), of_page(&PAGE.replace("a<b", "b<c")));
        for asks_for_characters in ["script:empty + p", "script:\\65mpty", ":not(:EMPTY)"] {
            assert_eq!(of(PAGE.as_bytes(), &select(asks_for_characters)), None);
        }
    }

    #[test]
    fn what_is_no_page_has_no_fingerprint() {
        let of = |bytes: &[u8], content_type| {
            let source = Source { bytes, content_type: Some(content_type) };
            fingerprint(&source, &Selection::default())
        };
        assert_eq!(of(b"We never sell data.", "text/plain"), None);
        assert_eq!(of(b"%PDF-1.7", "text/html"), None);
        assert_eq!(of(b"{}", "application/json"), None);
    }

    /// What pages are made of, and what breaks them.
    const PIECES: &[&str] = &[
        "<div>",
        "</div>",
        "<p class=menu data-x=1>",
        "</p>",
        "<a href=/x data-y='2'>",
        "</a>",
        "<a href=/x data-y=\"2\"/>",
        "<br class=a data-b=\"c\"/>",
        "<p a=\"1\"b=\"2\">",
        "<script>",
        "</script>",
        "<script/>",
        "<script src=a.js?1 async>",
        "</script\r\n>",
        "<script src='//hcaptcha.com/1'>",
        "<script src='/r&#101;captcha/1'>",
        "<script src=&sol;recaptcha&sol;>",
        "<SCRIPT>",
        "<style>",
        "</style>",
        "<style media=x>",
        "</STYLE >",
        "<!-- words -->",
        "<!--",
        "-->",
        "--!>",
        "--",
        "<!-->",
        "<!--->",
        "<!--$?--><template id=\"B:0\"></template>",
        "<!--/$-->",
        "<div hidden id=\"S:0\">",
        "<svg>",
        "</svg>",
        "<svg/>",
        "<svg viewBox=x>",
        "<g id=x>",
        "<title>",
        "</title>",
        "<desc>",
        "</desc>",
        "<title/>",
        "<foreignObject>",
        "<math>",
        "</math>",
        "<mi>",
        "<annotation-xml encoding=text/html>",
        "<textarea>",
        "</textarea>",
        "<xmp>",
        "</xmp>",
        "<iframe src=x>",
        "</iframe>",
        "<noscript>",
        "</noscript>",
        "<noembed>",
        "<noframes>",
        "</noframes>",
        "<plaintext>",
        "<frameset>",
        "<frame>",
        "<select>",
        "<option value=1>",
        "</select>",
        "<table>",
        "<tr>",
        "<td width=1>",
        "</table>",
        "<template>",
        "<template shadowrootmode=open data-x=1>",
        "</template>",
        "<b style=x>",
        "<b>",
        "</b>",
        "<font size=1 data-q=2>",
        "</font>",
        "<nobr>",
        "<i id=x class=y>",
        "<body>",
        "<body hidden=x class=y data-z=1>",
        "<html lang=de data-x=1>",
        "<head>",
        "</head>",
        "<meta property=og:title content='A title'>",
        "<meta content='B' name=og:site_name>",
        "<meta name=token content=1>",
        "<META NAME=og:title CONTENT=x>",
        "<meta name=x&colon; content=y>",
        "<meta http-equiv=refresh content='0;url=/x'>",
        "<meta charset=latin1>",
        "<li value=3>",
        "<ol start=3 type=a reversed=x data-z=1>",
        "<ul>",
        "</ul>",
        "<input type=hidden value=t>",
        "<input type=password value=t>",
        "<button aria-expanded=true aria-controls=x1>",
        "</button>",
        "<span data-cfemail=2102>",
        "<details open>",
        "<summary>",
        "<h2 id=x style=y>",
        "</h2>",
        "<nav>",
        "</nav>",
        "<main role=main data-x=1>",
        "</main>",
        "<footer>",
        "</footer>",
        "<p =a data-b=c>",
        "<p DATA-X=1 Class=share Hidden=x>",
        "<link rel=x href=y>",
        "<img id=x href=y />",
        "<p data-x>",
        "<p x:href=1 y:data-x=2>",
        "<![CDATA[",
        "]]>",
        "<?x y>",
        "</ x>",
        "</>",
        "<!doctype html>",
        "<!x>",
        "<3",
        "<",
        ">",
        "&amp;",
        "\"",
        "'",
        "=",
        " ",
        "/",
        "\0",
        "\r\n",
        "\n",
        "\u{feff}",
        "<script",
        "<p ",
        "data-x=\"a>b\"",
        "We never sell the data of our users to anybody, and say so here.",
        "you may share it with others whenever you like to, and so may we",
        "404",
        "words",
    ];

    fn page() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|it| it.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(768))]

        #[test]
        fn what_is_left_out_is_in_no_tree_and_changes_no_reading(markup in page()) {
            if let Some(left) = reduced(&markup, Readers::RulesAlone) {
                let tree = |markup: &str| parse(markup, Readers::RulesAlone).map(|html| html.tree);
                prop_assert_eq!(tree(&markup), tree(&left), "{}", left);
                prop_assert_eq!(read(&markup, &Selection::default()), read(&left, &Selection::default()));
            }
        }

        #[test]
        fn what_is_left_out_beside_selectors_changes_no_reading(markup in page()) {
            let selection = Selection { remove: vec![".menu + p, [data-q]".into()], ..select("div, [data-x]") };
            if let Some(left) = reduced(&markup, Readers::RulesAndSelectors) {
                prop_assert_eq!(read(&markup, &selection), read(&left, &selection), "{}", left);
            }
        }
    }

    fn read(markup: &str, selection: &Selection) -> String {
        let source =
            Source { bytes: markup.as_bytes(), content_type: Some("text/html; charset=utf-8") };
        format!("{:?}", extract(&source, selection))
    }
}
