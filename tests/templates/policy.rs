//! The policies of companies that do not exist, in several languages.

/// A policy, and the language that it is in.
#[derive(Clone, Debug)]
pub struct Policy {
    pub language: &'static str,
    pub is_right_to_left: bool,
    pub title: String,
    pub updated: String,
    pub intro: String,
    pub sections: Vec<Section>,
}

/// A section, with what may stand in one.
#[derive(Clone, Debug, Default)]
pub struct Section {
    pub heading: String,
    pub paragraphs: Vec<String>,
    pub items: Vec<String>,
    pub rows: Vec<[String; 2]>,
}

impl Policy {
    /// Returns each passage, in order.
    pub fn passages(&self) -> Vec<&String> {
        let mut all = vec![&self.title, &self.updated, &self.intro];
        for section in &self.sections {
            all.push(&section.heading);
            all.extend(&section.paragraphs);
            all.extend(&section.items);
            all.extend(section.rows.iter().flatten());
        }
        all
    }

    /// Returns each passage, in order, to alter it.
    pub fn passages_mut(&mut self) -> Vec<&mut String> {
        let mut all = vec![&mut self.title, &mut self.updated, &mut self.intro];
        for section in &mut self.sections {
            all.push(&mut section.heading);
            all.extend(&mut section.paragraphs);
            all.extend(&mut section.items);
            all.extend(section.rows.iter_mut().flatten());
        }
        all
    }
}

/// Reads a policy: title, date and introduction, then sections: `#` heading, `-` item, `|` row.
fn policy(language: &'static str, is_right_to_left: bool, written: &str) -> Policy {
    let mut lines = written.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut next = || lines.next().unwrap().to_owned();
    let (title, updated, intro) = (next(), next(), next());
    let mut sections: Vec<Section> = Vec::new();
    for line in lines {
        if let Some(heading) = line.strip_prefix("# ") {
            sections.push(Section { heading: heading.to_owned(), ..Section::default() });
            continue;
        }
        let section = sections.last_mut().unwrap();
        if let Some(item) = line.strip_prefix("- ") {
            section.items.push(item.to_owned());
        } else if let Some((name, value)) =
            line.strip_prefix("| ").and_then(|r| r.split_once(" | "))
        {
            section.rows.push([name.to_owned(), value.to_owned()]);
        } else {
            section.paragraphs.push(line.to_owned());
        }
    }
    Policy { language, is_right_to_left, title, updated, intro, sections }
}

/// Returns the policy in English, a long one.
pub fn english() -> Policy {
    policy("en", false, ENGLISH)
}

/// Returns a short one.
pub fn short() -> Policy {
    policy("en", false, SHORT)
}

/// Returns one in each of several languages and scripts.
pub fn all() -> Vec<Policy> {
    let mut all = in_languages();
    for policy in &mut all {
        let sections = policy.sections.clone();
        for round in 2..5 {
            let mut again = sections.clone();
            for words in again.iter_mut().flat_map(|it| &mut it.paragraphs) {
                *words = format!("({round}) {words}");
            }
            let headings = again.iter_mut().map(|it| &mut it.heading);
            headings.for_each(|heading| *heading = format!("{heading} {round}"));
            policy.sections.extend(again);
        }
    }
    all
}

fn in_languages() -> Vec<Policy> {
    vec![
        policy("de", false, GERMAN),
        policy("fr", false, FRENCH),
        policy("ja", false, JAPANESE),
        policy("zh", false, CHINESE),
        policy("ar", true, ARABIC),
        policy("he", true, HEBREW),
        policy("hi", false, HINDI),
        policy("ko", false, KOREAN),
    ]
}

const ENGLISH: &str = "
Privacy Notice
Last updated: 3 May 2031
Larkspur Parcels brings your parcels home, and this notice says what we do with what we learn of you on the way.
# What we collect
We collect your name, your address and what you buy from us when you open an account with us.
We do not collect the contents of your parcels, and our drivers never photograph them.
- Your e-mail address and telephone number
- The times at which you are at home, if you tell us
- Photographs of your front door taken by our drivers on delivery
# How long we keep it
We keep most of what we collect for 24 months after your last parcel, and not a day longer than that.
| Kind of data | Time
| Delivery addresses | 24 months
| Photographs of doors | 30 days
| Invoices | 10 years
# Whom we share it with
We never sell your data to anyone. We share it with those who carry your parcels for us:
- Bolt Couriers Ltd, for parcels under 5 kg
- Heron Freight GmbH, for parcels abroad
These companies may use it only as far as they must know where to bring your parcel.
# Cookies and how you consent
We use cookies to keep you logged in. You can refuse all other cookies at any time in your settings.
# Your rights
You may ask us at any time what we know of you, and we will answer within 30 days at no cost.
If you are not satisfied with our answer, you may complain to the data protection office of your country.
# Contact us
Larkspur Parcels, 12 Mill Lane, Oldtown
";

const SHORT: &str = "
Accessibility Statement
Updated 1 June 2030
Fern Books wants everyone to be able to read, and this page says how far our shop has come.
# What works
Every page can be used with the keyboard alone, and every picture of a cover has a description.
# What does not
Our maps of shops are not described yet. We will mend this by March 2031.
- Maps of our 14 shops
- Three videos without captions
";

const GERMAN: &str = "
Datenschutzerkl\u{e4}rung
Stand: 3. Mai 2031
Die Lerchensporn Pakete GmbH bringt Ihre Pakete nach Hause, und hier steht, was mit Ihren Daten geschieht.
# Welche Daten wir erheben
Wir erheben Ihren Namen, Ihre Anschrift und was Sie bei uns kaufen, sobald Sie ein Konto er\u{f6}ffnen.
- Ihre E-Mail-Adresse und Telefonnummer
- Fotos Ihrer Haust\u{fc}r bei der Zustellung
# Weitergabe an Dritte
Wir verkaufen Ihre Daten niemals. Wir geben sie nur an die weiter, die Ihre Pakete f\u{fc}r uns tragen.
| Empf\u{e4}nger | Zweck
| Reiher Fracht GmbH | Pakete ins Ausland
# Ihre Rechte
Sie k\u{f6}nnen jederzeit Auskunft verlangen, und wir antworten innerhalb von 30 Tagen kostenlos.
";

const FRENCH: &str = "
Politique de confidentialit\u{e9}
Derni\u{e8}re mise \u{e0} jour : 3 mai 2031
Alouette Colis livre vos paquets \u{e0} domicile, et cette page explique ce que nous faisons de vos donn\u{e9}es.
# Donn\u{e9}es collect\u{e9}es
Nous collectons votre nom, votre adresse et vos achats lorsque vous ouvrez un compte chez nous.
- Votre adresse \u{e9}lectronique
- Les photographies de votre porte
# Partage avec des tiers
Nous ne vendons jamais vos donn\u{e9}es. Nous les transmettons seulement \u{e0} ceux qui portent vos paquets.
# Vos droits
Vous pouvez \u{e0} tout moment nous demander vos donn\u{e9}es, et nous r\u{e9}pondrons sous 30 jours sans frais.
";

const JAPANESE: &str = "
\u{30d7}\u{30e9}\u{30a4}\u{30d0}\u{30b7}\u{30fc}\u{30dd}\u{30ea}\u{30b7}\u{30fc}
\u{6700}\u{7d42}\u{66f4}\u{65b0}\u{65e5}\u{ff1a}2031\u{5e74}5\u{6708}3\u{65e5}
\u{3072}\u{3070}\u{308a}\u{4fbf}\u{682a}\u{5f0f}\u{4f1a}\u{793e}\u{306f}\u{3001}\u{304a}\u{5ba2}\u{69d8}\u{306e}\u{8377}\u{7269}\u{3092}\u{304a}\u{5c4a}\u{3051}\u{3059}\u{308b}\u{305f}\u{3081}\u{306b}\u{5fc5}\u{8981}\u{306a}\u{60c5}\u{5831}\u{3092}\u{6b21}\u{306e}\u{3068}\u{304a}\u{308a}\u{53d6}\u{308a}\u{6271}\u{3044}\u{307e}\u{3059}\u{3002}
# \u{53d6}\u{5f97}\u{3059}\u{308b}\u{60c5}\u{5831}
\u{5f53}\u{793e}\u{306f}\u{3001}\u{304a}\u{5ba2}\u{69d8}\u{306e}\u{6c0f}\u{540d}\u{3001}\u{4f4f}\u{6240}\u{304a}\u{3088}\u{3073}\u{8cfc}\u{5165}\u{5c65}\u{6b74}\u{3092}\u{53d6}\u{5f97}\u{3057}\u{307e}\u{3059}\u{3002}
- \u{30e1}\u{30fc}\u{30eb}\u{30a2}\u{30c9}\u{30ec}\u{30b9}
- \u{7384}\u{95a2}\u{306e}\u{5199}\u{771f}
# \u{7b2c}\u{4e09}\u{8005}\u{63d0}\u{4f9b}
\u{5f53}\u{793e}\u{306f}\u{304a}\u{5ba2}\u{69d8}\u{306e}\u{60c5}\u{5831}\u{3092}\u{6c7a}\u{3057}\u{3066}\u{8ca9}\u{58f2}\u{3057}\u{307e}\u{305b}\u{3093}\u{3002}\u{914d}\u{9001}\u{4f1a}\u{793e}\u{306b}\u{306e}\u{307f}\u{63d0}\u{4f9b}\u{3057}\u{307e}\u{3059}\u{3002}
\u{4fdd}\u{5b58}\u{671f}\u{9593}\u{306f}24\u{304b}\u{6708}\u{3067}\u{3001}\u{305d}\u{306e}\u{5f8c}\u{306f}\u{524a}\u{9664}\u{3057}\u{307e}\u{3059}\u{3002}
";

const CHINESE: &str = "
\u{9690}\u{79c1}\u{653f}\u{7b56}
\u{66f4}\u{65b0}\u{65e5}\u{671f}\u{ff1a}2031\u{5e74}5\u{6708}3\u{65e5}
\u{4e91}\u{96c0}\u{5305}\u{88f9}\u{6709}\u{9650}\u{516c}\u{53f8}\u{5c0a}\u{91cd}\u{5e76}\u{4fdd}\u{62a4}\u{60a8}\u{7684}\u{4e2a}\u{4eba}\u{4fe1}\u{606f}\u{ff0c}\u{672c}\u{653f}\u{7b56}\u{8bf4}\u{660e}\u{6211}\u{4eec}\u{5982}\u{4f55}\u{5904}\u{7406}\u{8fd9}\u{4e9b}\u{4fe1}\u{606f}\u{3002}
# \u{6211}\u{4eec}\u{6536}\u{96c6}\u{7684}\u{4fe1}\u{606f}
\u{60a8}\u{6ce8}\u{518c}\u{8d26}\u{6237}\u{65f6}\u{ff0c}\u{6211}\u{4eec}\u{4f1a}\u{6536}\u{96c6}\u{60a8}\u{7684}\u{59d3}\u{540d}\u{3001}\u{5730}\u{5740}\u{548c}\u{8d2d}\u{4e70}\u{8bb0}\u{5f55}\u{3002}
- \u{7535}\u{5b50}\u{90ae}\u{4ef6}\u{5730}\u{5740}
- \u{95e8}\u{53e3}\u{7167}\u{7247}
# \u{4fe1}\u{606f}\u{7684}\u{5171}\u{4eab}
\u{6211}\u{4eec}\u{7edd}\u{4e0d}\u{51fa}\u{552e}\u{60a8}\u{7684}\u{4fe1}\u{606f}\u{ff0c}\u{4ec5}\u{5411}\u{627f}\u{8fd0}\u{5305}\u{88f9}\u{7684}\u{516c}\u{53f8}\u{63d0}\u{4f9b}\u{3002}
\u{4fdd}\u{5b58}\u{671f}\u{9650}\u{4e3a}24\u{4e2a}\u{6708}\u{ff0c}\u{4e4b}\u{540e}\u{6211}\u{4eec}\u{4f1a}\u{5220}\u{9664}\u{3002}
";

const ARABIC: &str = "
\u{633}\u{64a}\u{627}\u{633}\u{629} \u{627}\u{644}\u{62e}\u{635}\u{648}\u{635}\u{64a}\u{629}
\u{622}\u{62e}\u{631} \u{62a}\u{62d}\u{62f}\u{64a}\u{62b}: 3 \u{645}\u{627}\u{64a}\u{648} 2031
\u{62a}\u{648}\u{636}\u{62d} \u{647}\u{630}\u{647} \u{627}\u{644}\u{633}\u{64a}\u{627}\u{633}\u{629} \u{643}\u{64a}\u{641} \u{62a}\u{62a}\u{639}\u{627}\u{645}\u{644} \u{634}\u{631}\u{643}\u{629} \u{642}\u{628}\u{631}\u{629} \u{644}\u{644}\u{637}\u{631}\u{648}\u{62f} \u{645}\u{639} \u{628}\u{64a}\u{627}\u{646}\u{627}\u{62a}\u{643} \u{627}\u{644}\u{634}\u{62e}\u{635}\u{64a}\u{629}.
# \u{645}\u{627} \u{627}\u{644}\u{630}\u{64a} \u{646}\u{62c}\u{645}\u{639}\u{647}
\u{646}\u{62c}\u{645}\u{639} \u{627}\u{633}\u{645}\u{643} \u{648}\u{639}\u{646}\u{648}\u{627}\u{646}\u{643} \u{648}\u{645}\u{627} \u{62a}\u{634}\u{62a}\u{631}\u{64a}\u{647} \u{645}\u{646}\u{627} \u{639}\u{646}\u{62f} \u{641}\u{62a}\u{62d} \u{62d}\u{633}\u{627}\u{628}.
- \u{639}\u{646}\u{648}\u{627}\u{646} \u{628}\u{631}\u{64a}\u{62f}\u{643} \u{627}\u{644}\u{625}\u{644}\u{643}\u{62a}\u{631}\u{648}\u{646}\u{64a}
- \u{635}\u{648}\u{631} \u{628}\u{627}\u{628} \u{645}\u{646}\u{632}\u{644}\u{643}
# \u{627}\u{644}\u{645}\u{634}\u{627}\u{631}\u{643}\u{629}
\u{644}\u{627} \u{646}\u{628}\u{64a}\u{639} \u{628}\u{64a}\u{627}\u{646}\u{627}\u{62a}\u{643} \u{623}\u{628}\u{62f}\u{627}\u{60c} \u{648}\u{646}\u{634}\u{627}\u{631}\u{643}\u{647}\u{627} \u{641}\u{642}\u{637} \u{645}\u{639} \u{645}\u{646} \u{64a}\u{62d}\u{645}\u{644} \u{637}\u{631}\u{648}\u{62f}\u{643} \u{625}\u{644}\u{64a}\u{643}.
";

const HEBREW: &str = "
\u{5de}\u{5d3}\u{5d9}\u{5e0}\u{5d9}\u{5d5}\u{5ea} \u{5e4}\u{5e8}\u{5d8}\u{5d9}\u{5d5}\u{5ea}
\u{5e2}\u{5d5}\u{5d3}\u{5db}\u{5df} \u{5dc}\u{5d0}\u{5d7}\u{5e8}\u{5d5}\u{5e0}\u{5d4}: 3 \u{5d1}\u{5de}\u{5d0}\u{5d9} 2031
\u{5d7}\u{5d1}\u{5e8}\u{5ea} \u{5e2}\u{5e4}\u{5e8}\u{5d5}\u{5e0}\u{5d9} \u{5de}\u{5d1}\u{5d9}\u{5d0}\u{5d4} \u{5d0}\u{5ea} \u{5d4}\u{5d7}\u{5d1}\u{5d9}\u{5dc}\u{5d5}\u{5ea} \u{5e9}\u{5dc}\u{5db}\u{5dd} \u{5d4}\u{5d1}\u{5d9}\u{5ea}\u{5d4}, \u{5d5}\u{5db}\u{5d0}\u{5df} \u{5db}\u{5ea}\u{5d5}\u{5d1} \u{5de}\u{5d4} \u{5e0}\u{5e2}\u{5e9}\u{5d4} \u{5d1}\u{5de}\u{5d9}\u{5d3}\u{5e2}.
# \u{5de}\u{5d4} \u{5d0}\u{5e0}\u{5d5} \u{5d0}\u{5d5}\u{5e1}\u{5e4}\u{5d9}\u{5dd}
\u{5d0}\u{5e0}\u{5d5} \u{5d0}\u{5d5}\u{5e1}\u{5e4}\u{5d9}\u{5dd} \u{5d0}\u{5ea} \u{5e9}\u{5de}\u{5db}\u{5dd}, \u{5d0}\u{5ea} \u{5db}\u{5ea}\u{5d5}\u{5d1}\u{5ea}\u{5db}\u{5dd} \u{5d5}\u{5d0}\u{5ea} \u{5d4}\u{5e7}\u{5e0}\u{5d9}\u{5d5}\u{5ea} \u{5e9}\u{5dc}\u{5db}\u{5dd}.
# \u{5e9}\u{5d9}\u{5ea}\u{5d5}\u{5e3}
\u{5d0}\u{5d9}\u{5e0}\u{5e0}\u{5d5} \u{5de}\u{5d5}\u{5db}\u{5e8}\u{5d9}\u{5dd} \u{5d0}\u{5ea} \u{5d4}\u{5de}\u{5d9}\u{5d3}\u{5e2} \u{5e9}\u{5dc}\u{5db}\u{5dd} \u{5dc}\u{5d0}\u{5d9}\u{5e9}, \u{5d5}\u{5de}\u{5e9}\u{5d9}\u{5d1}\u{5d9}\u{5dd} \u{5d1}\u{5ea}\u{5d5}\u{5da} 30 \u{5d9}\u{5d5}\u{5dd}.
";

const HINDI: &str = "
\u{917}\u{94b}\u{92a}\u{928}\u{940}\u{92f}\u{924}\u{93e} \u{928}\u{940}\u{924}\u{93f}
\u{905}\u{902}\u{924}\u{93f}\u{92e} \u{905}\u{92a}\u{921}\u{947}\u{91f}: 3 \u{92e}\u{908} 2031
\u{92f}\u{939} \u{928}\u{940}\u{924}\u{93f} \u{92c}\u{924}\u{93e}\u{924}\u{940} \u{939}\u{948} \u{915}\u{93f} \u{91a}\u{915}\u{94b}\u{930} \u{92a}\u{93e}\u{930}\u{94d}\u{938}\u{932} \u{906}\u{92a}\u{915}\u{940} \u{91c}\u{93e}\u{928}\u{915}\u{93e}\u{930}\u{940} \u{915}\u{93e} \u{915}\u{94d}\u{92f}\u{93e} \u{915}\u{930}\u{924}\u{940} \u{939}\u{948}\u{964}
# \u{939}\u{92e} \u{915}\u{94d}\u{92f}\u{93e} \u{932}\u{947}\u{924}\u{947} \u{939}\u{948}\u{902}
\u{939}\u{92e} \u{906}\u{92a}\u{915}\u{93e} \u{928}\u{93e}\u{92e} \u{914}\u{930} \u{92a}\u{924}\u{93e} \u{932}\u{947}\u{924}\u{947} \u{939}\u{948}\u{902}\u{964}
# \u{938}\u{93e}\u{91d}\u{93e} \u{915}\u{930}\u{928}\u{93e}
\u{939}\u{92e} \u{906}\u{92a}\u{915}\u{940} \u{91c}\u{93e}\u{928}\u{915}\u{93e}\u{930}\u{940} \u{915}\u{92d}\u{940} \u{928}\u{939}\u{940}\u{902} \u{92c}\u{947}\u{91a}\u{924}\u{947} \u{939}\u{948}\u{902}\u{964}
";

const KOREAN: &str = "
\u{ac1c}\u{c778}\u{c815}\u{bcf4} \u{cc98}\u{b9ac}\u{bc29}\u{ce68}
\u{c2dc}\u{d589}\u{c77c}: 2031\u{b144} 5\u{c6d4} 3\u{c77c}
\u{c885}\u{b2ec}\u{c0c8} \u{d0dd}\u{bc30}\u{b294} \u{ace0}\u{ac1d}\u{c758} \u{c18c}\u{d3ec}\u{b97c} \u{c9d1}\u{ae4c}\u{c9c0} \u{bc30}\u{c1a1}\u{d558}\u{ba70}, \u{c774} \u{bc29}\u{ce68}\u{c740} \u{c815}\u{bcf4}\u{b97c} \u{c5b4}\u{b5bb}\u{ac8c} \u{b2e4}\u{b8e8}\u{b294}\u{c9c0} \u{c124}\u{ba85}\u{d569}\u{b2c8}\u{b2e4}.
# \u{c218}\u{c9d1}\u{d558}\u{b294} \u{c815}\u{bcf4}
\u{c800}\u{d76c}\u{b294} \u{ace0}\u{ac1d}\u{c758} \u{c774}\u{b984}\u{acfc} \u{c8fc}\u{c18c}, \u{ad6c}\u{b9e4} \u{b0b4}\u{c5ed}\u{c744} \u{c218}\u{c9d1}\u{d569}\u{b2c8}\u{b2e4}.
# \u{c81c}3\u{c790} \u{c81c}\u{acf5}
\u{c800}\u{d76c}\u{b294} \u{ace0}\u{ac1d}\u{c758} \u{c815}\u{bcf4}\u{b97c} \u{c808}\u{b300} \u{d314}\u{c9c0} \u{c54a}\u{c73c}\u{ba70} 24\u{ac1c}\u{c6d4} \u{b3d9}\u{c548}\u{b9cc} \u{bcf4}\u{ad00}\u{d569}\u{b2c8}\u{b2e4}.
";
