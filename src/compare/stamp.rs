//! Date stamps: statements of when a page was last updated, or of its version.
//!
//! A closed vocabulary decides: a sentence is a stamp only if it is made of words about dating,
//! names of documents, and a date or version number, so that a deadline in a clause is never
//! taken for one ("effective until", "within", any verb or noun of its own). Knows English,
//! German, French, Spanish, Italian, Portuguese, Dutch, Chinese and Japanese.

use crate::compare::fold::{self, PieceKind};

/// The most words a stamp can have; longer sentences say more than a date.
const WORDS_MAX: usize = 24;

/// The most capitalized words outside the vocabulary, such as a company's name, that a statement
/// of a *last* update may have.
const STRANGERS_MAX: usize = 3;

/// Returns whether a sentence says when the page was last updated, or which version it is.
pub fn is_stamp(sentence: &str) -> bool {
    if !may_hold_stamp(sentence) {
        return false;
    }
    if is_stamp_of_glyphs(sentence) {
        return true;
    }
    let Some(count) = Count::of(sentence) else { return false };
    let strangers_max = if count.is_last { STRANGERS_MAX } else { 0 };
    count.strangers <= strangers_max
        && ((count.is_version && 0 < count.numbers)
            || (count.is_dating && 0 < count.numbers && (count.has_month || count.has_year)))
}

/// Returns whether a passage is nothing but a date: day, month and year, or month and year.
pub fn is_date(words: &str) -> bool {
    let digits_only =
        words.chars().all(|c| c.is_ascii_digit() || c == ' ' || "年月日.".contains(c));
    if digits_only && words.contains('年') && words.contains('月') {
        return true;
    }
    let Some(count) = Count::of(words) else { return false };
    let plain = count.strangers + count.fillers == 0 && !count.is_dating && !count.is_version;
    plain
        && count.has_year
        && ((count.has_month && count.numbers <= 2) || (!count.has_month && count.is_whole_date()))
}

/// Returns whether a passage has a number of its own, without which it holds no stamp; cheap.
pub fn may_hold_stamp(words: &str) -> bool {
    let bytes = words.as_bytes();
    // Most passages have none: a look at all bytes at once is several times as fast.
    let is_hint = |byte: &u8| byte.is_ascii_digit() | !byte.is_ascii();
    if !bytes.iter().fold(false, |found, byte| found | is_hint(byte)) {
        return false;
    }
    let opens = |at: usize| match at.checked_sub(1).map(|at| bytes[at]) {
        Some(b'v' | b'V') | None => true,
        Some(before) => !before.is_ascii_alphanumeric(),
    };
    (0..bytes.len()).any(|at| bytes[at].is_ascii_digit() && opens(at))
        || (!words.is_ascii() && words.chars().any(|c| !c.is_ascii() && c.is_numeric()))
}

/// The words of a sentence, by what they do in a stamp.
#[derive(Default)]
struct Count {
    is_dating: bool,
    is_last: bool,
    is_version: bool,
    has_month: bool,
    has_year: bool,
    numbers: usize,
    number_parts: usize,
    fillers: usize,
    strangers: usize,
}

impl Count {
    /// Returns `None` for a sentence too long, or with too many words of its own, to be a stamp.
    fn of(sentence: &str) -> Option<Count> {
        let mut count = Count::default();
        let mut key = String::new();
        for (at, piece) in fold::pieces(sentence).enumerate() {
            if 2 * WORDS_MAX <= at {
                return None;
            }
            if piece.kind == PieceKind::Point {
                continue;
            }
            key.clear();
            fold::push_key(sentence, piece, &mut key);
            let is_name = sentence[piece.start..].starts_with(char::is_uppercase);
            count.add(&key, is_name);
            if STRANGERS_MAX < count.strangers {
                return None;
            }
        }
        Some(count)
    }

    fn add(&mut self, key: &str, is_name: bool) {
        let is = |list: &[&str]| list.binary_search(&key).is_ok();
        if is_number(key) {
            self.numbers += 1;
            self.number_parts += key.split('.').filter(|part| !part.is_empty()).count();
            self.has_year |= key.split('.').any(is_year);
            self.is_version |= key.starts_with('v');
        } else if is(MONTHS) {
            self.has_month = true;
        } else if is(LAST) {
            self.is_last = true;
            self.fillers += 1;
        } else if is(DATING) {
            self.is_dating = true;
        } else if is(VERSION) {
            self.is_version = true;
        } else if !is(IN_DATES) {
            match (is(FILLERS), is_name) {
                (true, _) => self.fillers += 1,
                (false, true) => self.strangers += 1,
                (false, false) => self.strangers += STRANGERS_MAX + 1,
            }
        }
    }

    /// Returns whether the numbers are three parts of a date, such as `2024-05-01`.
    fn is_whole_date(&self) -> bool {
        self.number_parts == 3
    }
}

fn is_number(key: &str) -> bool {
    let key = key.strip_prefix('v').unwrap_or(key);
    let digits = key.trim_end_matches(|c: char| c.is_ascii_lowercase());
    !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && matches!(&key[digits.len()..], "" | "st" | "nd" | "rd" | "th" | "er" | "o" | "a" | "z")
}

fn is_year(part: &str) -> bool {
    part.len() == 4 && (part.starts_with("19") || part.starts_with("20"))
}

/// Chinese and Japanese have no word bounds: a stamp is what leaves nothing but digits when the
/// phrases of dating are taken out.
fn is_stamp_of_glyphs(sentence: &str) -> bool {
    if sentence.is_ascii() || 4 * 2 * WORDS_MAX < sentence.len() {
        return false;
    }
    let mut rest = sentence.to_owned();
    let mut found = false;
    for phrase in GLYPHS_DATING {
        found |= rest.contains(phrase);
        rest = rest.replace(phrase, "");
    }
    for phrase in GLYPHS_FILLING {
        rest = rest.replace(phrase, "");
    }
    found
        && rest.chars().any(|c| c.is_numeric())
        && rest.chars().all(|c| c.is_numeric() || !c.is_alphanumeric())
}

const GLYPHS_DATING: &[&str] = &[
    "更新", "生效", "修订", "修訂", "修正", "改定", "改訂", "制定", "施行", "発効", "发布", "發布",
    "公開", "公布", "版本",
];

const GLYPHS_FILLING: &[&str] = &[
    "隐私政策",
    "隱私政策",
    "隐私权政策",
    "服务条款",
    "服務條款",
    "プライバシーポリシー",
    "利用規約",
    "最近",
    "最終",
    "最后",
    "最後",
    "上次",
    "日期",
    "时间",
    "時間",
    "本",
    "政策",
    "版",
    "第",
    "于",
    "於",
    "自",
    "起",
    "年",
    "月",
    "日",
    "の",
    "は",
    "に",
    "号",
];

/// Words that say that something was dated; sorted.
const DATING: &[&str] = &[
    "actualisée",
    "actualización",
    "actualizada",
    "actualizado",
    "aggiornamento",
    "aggiornata",
    "aggiornato",
    "aktualisiert",
    "aktualisierung",
    "amended",
    "amendment",
    "atualizada",
    "atualizado",
    "atualização",
    "bijgewerkt",
    "date",
    "dated",
    "datum",
    "decorrenza",
    "effect",
    "effective",
    "fassung",
    "fecha",
    "force",
    "gepubliceerd",
    "gewijzigd",
    "geändert",
    "gültig",
    "herzien",
    "ingangsdatum",
    "inkrafttreten",
    "jour",
    "modifica",
    "modificación",
    "modification",
    "modificação",
    "modified",
    "modifiée",
    "posted",
    "pubblicato",
    "publicada",
    "publicado",
    "published",
    "publiée",
    "revised",
    "revision",
    "revisione",
    "revisión",
    "revisão",
    "révision",
    "révisée",
    "stand",
    "update",
    "updated",
    "veröffentlicht",
    "vigencia",
    "vigente",
    "vigore",
    "vigueur",
    "vigência",
    "wijziging",
    "wirksam",
    "änderung",
];

/// Words of a version; sorted.
const VERSION: &[&str] = &["v", "versie", "version", "versione", "versión", "versão", "wersja"];

/// Words for *last*; sorted.
const LAST: &[&str] = &[
    "dernière",
    "laatst",
    "laatste",
    "last",
    "latest",
    "letzte",
    "letzter",
    "most",
    "recently",
    "ultima",
    "ultimo",
    "zuletzt",
    "última",
    "último",
];

/// Words that stand in a date besides its month; sorted.
const IN_DATES: &[&str] = &[
    "am",
    "de",
    "den",
    "der",
    "du",
    "friday",
    "le",
    "monday",
    "of",
    "saturday",
    "sunday",
    "the",
    "thursday",
    "tuesday",
    "wednesday",
    "à",
    "às",
];

/// Names of documents and other words that may stand in a stamp; sorted.
const FILLERS: &[&str] = &[
    "ab",
    "agreement",
    "and",
    "are",
    "as",
    "at",
    "be",
    "became",
    "been",
    "comes",
    "conditions",
    "cookie",
    "cookies",
    "current",
    "dal",
    "datenschutzerklärung",
    "del",
    "desde",
    "diese",
    "dieser",
    "document",
    "el",
    "em",
    "en",
    "entrada",
    "entrée",
    "est",
    "from",
    "gmt",
    "go",
    "goes",
    "has",
    "have",
    "il",
    "in",
    "into",
    "is",
    "ist",
    "it",
    "la",
    "mis",
    "mise",
    "no",
    "notice",
    "on",
    "op",
    "our",
    "page",
    "partir",
    "per",
    "pm",
    "policies",
    "policy",
    "privacidad",
    "privacidade",
    "privacy",
    "seit",
    "service",
    "services",
    "since",
    "statement",
    "takes",
    "terms",
    "these",
    "this",
    "to",
    "use",
    "utc",
    "van",
    "vanaf",
    "vom",
    "von",
    "was",
    "website",
    "went",
    "were",
    "will",
    "wurde",
];

/// Names of months and their short forms; sorted.
const MONTHS: &[&str] = &[
    "abril",
    "agosto",
    "août",
    "apr",
    "april",
    "aprile",
    "aug",
    "august",
    "augustus",
    "avril",
    "dec",
    "december",
    "dezember",
    "dezembro",
    "dicembre",
    "diciembre",
    "décembre",
    "enero",
    "feb",
    "febbraio",
    "febrero",
    "februar",
    "februari",
    "february",
    "fevereiro",
    "février",
    "gennaio",
    "giugno",
    "jan",
    "janeiro",
    "januar",
    "januari",
    "january",
    "janvier",
    "juillet",
    "juin",
    "jul",
    "julho",
    "juli",
    "julio",
    "july",
    "jun",
    "june",
    "junho",
    "juni",
    "junio",
    "luglio",
    "maart",
    "maggio",
    "mai",
    "maio",
    "mar",
    "march",
    "mars",
    "marzo",
    "março",
    "may",
    "mayo",
    "mei",
    "märz",
    "nov",
    "november",
    "novembre",
    "novembro",
    "noviembre",
    "oct",
    "october",
    "octobre",
    "octubre",
    "oktober",
    "ottobre",
    "outubro",
    "sep",
    "sept",
    "september",
    "septembre",
    "septiembre",
    "setembro",
    "settembre",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_so_that_they_can_be_searched() {
        for list in [DATING, VERSION, LAST, IN_DATES, FILLERS, MONTHS] {
            let mut sorted = list.to_vec();
            sorted.sort();
            assert_eq!(list, sorted);
        }
    }

    #[test]
    fn statements_of_the_last_update_are_stamps() {
        for stamp in [
            "Last updated: May 1, 2024",
            "Effective June 10, 2021",
            "Effective date: 2024-05-01.",
            "This Privacy Policy was last modified on 1st May 2024.",
            "Acme Privacy Notice, last revised 05/01/2024",
            "Last updated: Jan. 5, 2024",
            "These terms will be effective as of 1 May 2024",
            "Version 2.1",
            "v3.0",
            "Published 1 May 2024",
            "Revised: March 2020",
            "Stand: 1. Mai 2024",
            "Zuletzt aktualisiert am 01.05.2024",
            "Gültig ab 1. Mai 2024",
            "Dernière mise à jour : 1er mai 2024",
            "En vigueur à partir du 3 juin 2024",
            "Última actualización: 1 de mayo de 2024",
            "Ultimo aggiornamento: 1 maggio 2024",
            "Última atualização: 1 de março de 2024",
            "Laatst bijgewerkt op 1 mei 2024",
            "最終更新日：2024年5月1日",
            "更新日期：2024年5月1日",
            "本隐私政策于2024年5月1日生效",
        ] {
            assert!(is_stamp(stamp), "{stamp}");
        }
    }

    #[test]
    fn deadlines_and_promises_are_no_stamps() {
        for clause in [
            "This moratorium is effective until June 10, 2021.",
            "The ban is in force until 2030",
            "We will not sell faces before May 1, 2024",
            "Effective immediately",
            "We updated our promise on May 1, 2024.",
            "These terms are effective for 30 days",
            "Effective rate: 5",
            "Deadline: June 10, 2021",
            "We will be carbon neutral by 2030",
            "The last amendment banned police use in May 2024",
            "May 1, 2024",
            "",
            "我们将在2030年停止",
        ] {
            assert!(!is_stamp(clause), "{clause}");
        }
    }

    #[test]
    fn a_date_alone_is_a_date() {
        for date in [
            "May 1, 2024",
            "1. Mai 2024",
            "2024-05-01",
            "01.05.2024",
            "1 de mayo de 2024",
            "March 2020",
            "2024年5月1日",
            "Friday, 3 May 2024",
        ] {
            assert!(is_date(date), "{date}");
        }
        for other in ["2024", "May", "2030 goals", "5 10 15", "By May 1, 2024", "1 2", "", "."] {
            assert!(!is_date(other), "{other}");
        }
    }
}
