//! Names (M-2): those of real people of every script survive, and 200 that mean no good do no harm.

use super::app::{Device, TestApp};
use birdcall_server::names;
use proptest::prelude::*;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// As they are written; none of them may change.
const REAL: &[&str] = &[
    "Ann Lee",
    "José María Aznar",
    "Nguyễn Thị Ánh Tuyết",
    "Trần Đại Nghĩa",
    "Łukasz Żółć",
    "Þórður Ægisson",
    "Siobhán Ní Bhriain",
    "Jean-Luc d’Arc",
    "Иван Сергеевич",
    "Їжак Ґудзик",
    "Γιώργος Παπαδόπουλος",
    "Ἀριστοτέλης",
    "Հայկ Պետրոսյան",
    "გიორგი",
    "דָּוִד בֶּן־גּוּרְיוֹן",
    "שָׁלוֹם",
    "محمد بن سلمان",
    "مُحَمَّدٌ",
    "می‌خواهم",
    "ﷲ",
    "یوسف",
    "ܝܘܣܦ",
    "राजेश कुमार",
    "श्रीमती लक्ष्मी",
    "क्‍षेत्र",
    "অনির্বাণ চট্টোপাধ্যায়",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "ગાંધી",
    "தமிழ்ச்செல்வன்",
    "శ్రీనివాస్",
    "ಕನ್ನಡಿಗ",
    "മലയാളി ശ്രീധരൻ",
    "ශ්‍රී ලංකා",
    "สมชาย ใจดี",
    "ที่รัก น้ำผึ้ง",
    "ສົມໃຈ",
    "သန်းဌေး",
    "ကျော်စွာမြင့်",
    "ម៉ៅ សេតុង",
    "བསྟན་འཛིན་རྒྱ་མཚོ",
    "李明",
    "山田太郎",
    "葛󠄀城",
    "はなこ ガ",
    "김민준",
    "ᠮᠣᠩᠭᠣᠯ",
    "ሰላማዊት",
    "ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "ᏣᎳᎩ",
    "O'Neil & Sons",
    "Ann ❤️ Bob",
    "👨‍👩‍👧‍👦 family",
    "👩🏽‍🚀 Mae",
    "🏳️‍🌈 Sam",
    "🇨🇭 Heidi",
    "1️⃣ One",
    "Q̃uelle",
];

#[test]
fn names_of_every_script_survive() {
    for real in REAL {
        let composed: String = real.nfc().collect();
        let kept = names::name(real).map(|named| named.text);
        assert_eq!(kept, Ok(composed), "{real}");
        let bare: String = real.nfd().collect();
        let kept = names::name(&bare).map(|named| named.text);
        assert_eq!(kept, Ok(real.nfc().collect()), "{real}, taken apart");
    }
}

/// Names that want to hide, to turn the page around, to climb over it, to look like somebody or like the badge.
fn hostile() -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    let inside = [
        0x00, 0x07, 0x08, 0x0A, 0x0D, 0x1B, 0x7F, 0x85, 0x9B, 0xAD, 0x34F, 0x61C, 0x115F, 0x1160,
        0x17B4, 0x17B5, 0x180B, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029,
        0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0x2061, 0x2062, 0x2063, 0x2064, 0x2066,
        0x2067, 0x2068, 0x2069, 0x206A, 0x206F, 0x2800, 0x3000, 0x3164, 0xA0, 0xE000, 0xF8FF,
        0xFDD0, 0xFE00, 0xFE0E, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFF9, 0xFFFB, 0xFFFC, 0xFFFD, 0xFFFE,
        0x1D173, 0x1D17A, 0x1FFFE, 0xE0001, 0xE0020, 0xE007F, 0xE0100, 0xE01EF, 0xF0000, 0x10FFFD,
    ];
    for code in inside.into_iter().filter_map(char::from_u32) {
        list.push(format!("An{code}n"));
        list.push(format!("{code}Ann{code}{code}"));
    }
    let marks = [
        0x301, 0x308, 0x316, 0x334, 0x335, 0x338, 0x345, 0x360, 0x488, 0x489, 0x5B0, 0x651, 0x670,
        0x6DF, 0x93C, 0x94D, 0xE34, 0xE47, 0xE48, 0xEB4, 0x1AB0, 0x1ABE, 0x1DC0, 0x20D0, 0x20DD,
        0x20E3, 0x20E4, 0x3099, 0xFE20, 0x1E8D0,
    ];
    for mark in marks.into_iter().filter_map(char::from_u32) {
        list.push(format!("Z{}", String::from(mark).repeat(40)));
        list.push(format!("{mark}Ann {mark}{mark}Lee"));
    }
    for badge in "✓✔☑✅🗸🗹⍻√🔵🔷🔹🔘💠✪Ⓥⓥ🟦".chars() {
        list.push(format!("Ann {badge}"));
        list.push(format!("{badge}\u{FE0F} Ann{badge}\u{FE0F}{badge}"));
    }
    let towers: String = (0x300..0x370).filter_map(char::from_u32).collect();
    list.extend(
        [
            format!("A{towers}n{towers}n{towers}"),
            "<script>alert(1)</script>".into(),
            "<img src=x onerror=alert(1)>".into(),
            "{{constructor.constructor('alert(1)')()}}".into(),
            "javascript:alert(1)".into(),
            "';DROP TABLE people;--".into(),
            "%s%s%n".into(),
            "../../etc/passwd".into(),
            "\u{202E}nnA\u{202C} moderator".into(),
            "Ann\u{200D}\u{200D}\u{200D}\u{200D}Lee".into(),
            "👨\u{200D}\u{200D}👩\u{200D}".into(),
            "﷽﷽﷽".into(),
            "𒐫𒐫𒐫𒐫".into(),
            "⸻⸻⸻".into(),
            "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}".into(),
            "A\u{FE0F}\u{FE0F}\u{FE0F}nn".into(),
            " \u{200B} \u{2060} ".into(),
            "✓".into(),
            "W".repeat(50),
            "x".repeat(51),
            "🐦".repeat(60),
            "null".into(),
        ]
        .map(|text: String| text),
    );
    list
}

/// What holds for every name that was taken.
fn harmless(name: &str) -> Result<(), String> {
    let complain = |what: &str| Err(format!("{what}: {name:?}"));
    if name.is_empty() || name.chars().count() > 50 || name.trim() != name {
        return complain("its bounds");
    }
    if !name.nfc().eq(name.chars()) {
        return complain("not composed");
    }
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{AD}' | '\u{200B}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
                | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}' | '\u{2800}' | '\u{3164}' | '\u{61C}')
            || (c.is_whitespace() && c != ' ')
    };
    if name.contains(unseen) || name.contains("  ") {
        return complain("something unseen");
    }
    let mut high = 0;
    for c in name.chars() {
        high = if is_combining_mark(c) { high + 1 } else { 0 };
        if high > 5 {
            return complain("a tower");
        }
    }
    let badges = "✓✔☑✅🗸🗹⍻🔵🔷🔹";
    let edge = name.trim_matches(['\u{FE0F}', ' ']);
    if edge.starts_with(|c| badges.contains(c)) || edge.ends_with(|c| badges.contains(c)) {
        return complain("a badge");
    }
    if name.starts_with(is_combining_mark) || name.contains(['\u{20DD}', '\u{489}']) {
        return complain("a mark on what is not its own");
    }
    Ok(())
}

async fn rename(who: &Device, name: &str) -> super::app::Answer {
    who.ask(Method::PATCH, "/me", Some(json!({ "name": name })))
        .await
}

#[tokio::test]
async fn two_hundred_hostile_names_do_no_harm() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let list = hostile();
    assert!(list.len() >= 200, "{}", list.len());
    let mut refused = 0;
    for hostile in &list {
        // Doors are another test's.
        app.advance(5);
        let answer = rename(&ann, hostile).await;
        if answer.status == StatusCode::OK {
            let seen = bob.get("/people/ann").await["name"].clone();
            assert_eq!(seen, answer.body["name"]);
            harmless(seen.as_str().unwrap()).unwrap();
        } else {
            answer.refused(StatusCode::UNPROCESSABLE_ENTITY, "bad_input");
            refused += 1;
        }
        let words = json!({ "bio": format!("{hostile}\n\n\n{hostile}") });
        let answer = ann.ask(Method::PATCH, "/me", Some(words)).await;
        let bio = answer.body["bio"].as_str().unwrap_or_default();
        assert!(
            bio.lines().count() <= 8 && !bio.contains('\u{202E}'),
            "{bio:?}"
        );
    }
    // The control: most of them are taken and cleaned, some have nothing left.
    assert!((3..60).contains(&refused), "{refused}");
    // Positive control of the judge: the raw ones do not pass it.
    let bad = list.iter().filter(|name| harmless(name).is_err()).count();
    assert!(bad > 120, "{bad}");
}

#[tokio::test]
async fn who_could_be_mistaken_for_ones_own_people_is_told_to_oneself() {
    let app = TestApp::new().await;
    let (ann, bob) = (app.sign_up("ann").await, app.sign_up("bob").await);
    let (fake, cleo) = (app.sign_up("b0b").await, app.sign_up("cleo").await);
    rename(&bob, "Bob Moss").await.expect(StatusCode::OK);
    rename(&fake, "B\u{43E}b M\u{43E}ss")
        .await
        .expect(StatusCode::OK);
    let alike = async |who: &Device, other: &str| {
        who.get(&format!("/people/{other}")).await["looks_like"].clone()
    };
    assert_eq!(alike(&ann, "b0b").await, Value::Null);
    ann.follow(&bob).await;
    let told = alike(&ann, "b0b").await;
    assert_eq!(
        (told["handle"].as_str(), &told["following"]),
        (Some("bob"), &json!(true))
    );
    let head = ann.get("/conversations/b0b").await;
    assert_eq!(head["with"]["looks_like"]["handle"], "bob");
    // Nobody else learns of it: not the one who looks alike, not somebody who follows neither.
    assert_eq!(alike(&cleo, "b0b").await, Value::Null);
    assert_eq!(alike(&fake, "bob").await, Value::Null);
    assert_eq!(alike(&ann, "bob").await, Value::Null);
    // Whom one has taken up oneself is known.
    ann.follow(&fake).await;
    assert_eq!(alike(&ann, "b0b").await, Value::Null);
    ann.delete("/people/b0b/follow")
        .await
        .expect(StatusCode::OK);
    ann.delete("/people/bob/follow")
        .await
        .expect(StatusCode::OK);
    ann.put("/address-book/bob", None)
        .await
        .expect(StatusCode::OK);
    let told = alike(&ann, "b0b").await;
    assert_eq!(
        (told["handle"].as_str(), &told["following"]),
        (Some("bob"), &json!(false))
    );
    rename(&fake, "Somebody").await.expect(StatusCode::OK);
    assert_eq!(
        alike(&ann, "b0b").await["handle"],
        "bob",
        "by the handle alone"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_cleaned_stays_as_it_is(text in any::<String>(), odd in "[A-Zא-ת\u{300}-\u{36f}\u{200b}-\u{200f}\u{fe00}-\u{fe0f}✓ก-๎🐦👩]{0,40}") {
        for text in [text, odd] {
            if let Ok(named) = names::name(&text) {
                prop_assert_eq!(harmless(&named.text), Ok(()));
                prop_assert_eq!(names::name(&named.text).map(|again| again.text), Ok(named.text));
            }
            if let Ok(bio) = names::bio(&text) {
                prop_assert_eq!(names::bio(&bio), Ok(bio));
            }
        }
    }
}
