//! How an entry and what is made again of its row differ, in words.

use serde_json::Value;

/// Says where two values differ first.
pub fn unlike(said: &Value, found: &Value, place: String) -> String {
    let shown = |value: &Value| value.to_string().chars().take(80).collect::<String>();
    match (said, found) {
        (Value::Object(said), Value::Object(found)) => {
            let mut names: Vec<&String> = said.keys().chain(found.keys()).collect();
            names.sort();
            let differs = names.into_iter().find(|name| said.get(*name) != found.get(*name));
            let Some(name) = differs else { return "it is not as it was logged".to_owned() };
            let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
            match (said.get(name), found.get(name)) {
                (Some(said), Some(found)) => unlike(said, found, place),
                (Some(_), None) => format!("its `{place}` is in the log, and missing here"),
                (None, _) => format!("its `{place}` is not in the log"),
            }
        }
        (Value::Array(said), Value::Array(found)) if said.len() == found.len() => {
            let pairs = said.iter().zip(found).enumerate().find(|(_, (said, found))| said != found);
            match pairs {
                Some((at, (said, found))) => unlike(said, found, format!("{place}[{at}]")),
                None => "it is not as it was logged".to_owned(),
            }
        }
        (Value::Array(said), Value::Array(found)) => {
            format!("its `{place}` are {}, and {} in the log", found.len(), said.len())
        }
        (said, found) => {
            format!("its `{place}` is {}, and {} in the log", shown(found), shown(said))
        }
    }
}
