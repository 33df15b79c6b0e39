//! The table that turns a byte into an emoji (protocol.md, Appendix A).
//!
//! The order is part of the protocol: two clients that disagree on one line show two different fingerprints for
//! one key. Every symbol is a single code point with default emoji presentation (Unicode 10 or older): no
//! people, no flags, no sequences. The names are for reading aloud; within a language no two are the same.
//! `test-vectors/emoji256.txt` is the same table for other languages.

/// One line of the table: a symbol, and what to call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Emoji {
    /// One code point, UTF-8.
    pub symbol: &'static str,
    /// English name.
    pub en: &'static str,
    /// Russian name.
    pub ru: &'static str,
}

const fn emoji(symbol: &'static str, en: &'static str, ru: &'static str) -> Emoji {
    Emoji { symbol, en, ru }
}

/// The emoji of every byte value.
///
/// A `static`, so that the program holds one copy of it.
pub static TABLE: [Emoji; 256] = [
    // 00
    emoji("🐵", "monkey face", "обезьяна"),
    emoji("🐶", "dog face", "собака"),
    emoji("🐺", "wolf face", "волк"),
    emoji("🦊", "fox face", "лиса"),
    emoji("🐱", "cat face", "кошка"),
    emoji("🦁", "lion face", "лев"),
    emoji("🐯", "tiger face", "тигр"),
    emoji("🐴", "horse face", "лошадь"),
    emoji("🦄", "unicorn face", "единорог"),
    emoji("🐮", "cow face", "корова"),
    emoji("🐷", "pig face", "свинья"),
    emoji("🐗", "boar", "кабан"),
    emoji("🐭", "mouse face", "мышь"),
    emoji("🐹", "hamster face", "хомяк"),
    emoji("🐰", "rabbit face", "кролик"),
    emoji("🐻", "bear face", "медведь"),
    // 10
    emoji("🐨", "koala", "коала"),
    emoji("🐼", "panda face", "панда"),
    emoji("🐔", "chicken", "курица"),
    emoji("🐣", "hatching chick", "цыплёнок"),
    emoji("🐧", "penguin", "пингвин"),
    emoji("🦅", "eagle", "орёл"),
    emoji("🦆", "duck", "утка"),
    emoji("🦉", "owl", "сова"),
    emoji("🐸", "frog face", "лягушка"),
    emoji("🐊", "crocodile", "крокодил"),
    emoji("🐢", "turtle", "черепаха"),
    emoji("🦎", "lizard", "ящерица"),
    emoji("🐍", "snake", "змея"),
    emoji("🐲", "dragon face", "дракон"),
    emoji("🐳", "spouting whale", "кит"),
    emoji("🐬", "dolphin", "дельфин"),
    // 20
    emoji("🐟", "fish", "рыба"),
    emoji("🐡", "blowfish", "фугу"),
    emoji("🦈", "shark", "акула"),
    emoji("🐙", "octopus", "осьминог"),
    emoji("🐚", "spiral shell", "ракушка"),
    emoji("🐌", "snail", "улитка"),
    emoji("🦋", "butterfly", "бабочка"),
    emoji("🐛", "bug", "гусеница"),
    emoji("🐜", "ant", "муравей"),
    emoji("🐝", "honeybee", "пчела"),
    emoji("🐞", "lady beetle", "божья коровка"),
    emoji("🦂", "scorpion", "скорпион"),
    emoji("🦇", "bat", "летучая мышь"),
    emoji("🦀", "crab", "краб"),
    emoji("🦐", "shrimp", "креветка"),
    emoji("🦑", "squid", "кальмар"),
    // 30
    emoji("🐪", "dromedary camel", "верблюд"),
    emoji("🐘", "elephant", "слон"),
    emoji("🦏", "rhinoceros", "носорог"),
    emoji("🦍", "gorilla", "горилла"),
    emoji("🐑", "sheep", "овца"),
    emoji("🐐", "goat", "коза"),
    emoji("🦌", "deer", "олень"),
    emoji("🧦", "socks", "носки"),
    emoji("🧤", "gloves", "перчатки"),
    emoji("🦃", "turkey", "индюк"),
    emoji("🥧", "pie", "пирог"),
    emoji("🥨", "pretzel", "крендель"),
    emoji("🦒", "giraffe face", "жираф"),
    emoji("🦓", "zebra face", "зебра"),
    emoji("🦔", "hedgehog", "ёж"),
    emoji("🦕", "sauropod", "динозавр"),
    // 40
    emoji("🌵", "cactus", "кактус"),
    emoji("🥪", "sandwich", "сэндвич"),
    emoji("🌲", "evergreen tree", "ёлка"),
    emoji("🌴", "palm tree", "пальма"),
    emoji("🌱", "seedling", "росток"),
    emoji("🍀", "four leaf clover", "клевер"),
    emoji("🍁", "maple leaf", "кленовый лист"),
    emoji("🍄", "mushroom", "гриб"),
    emoji("🌰", "chestnut", "каштан"),
    emoji("🌻", "sunflower", "подсолнух"),
    emoji("🌹", "rose", "роза"),
    emoji("🌷", "tulip", "тюльпан"),
    emoji("🌸", "cherry blossom", "сакура"),
    emoji("💐", "bouquet", "букет"),
    emoji("🌾", "ear of rice", "колосья"),
    emoji("🥦", "broccoli", "брокколи"),
    // 50
    emoji("🍇", "grapes", "виноград"),
    emoji("🍈", "melon", "дыня"),
    emoji("🍉", "watermelon", "арбуз"),
    emoji("🍊", "tangerine", "мандарин"),
    emoji("🍋", "lemon", "лимон"),
    emoji("🍌", "banana", "банан"),
    emoji("🍍", "pineapple", "ананас"),
    emoji("🍎", "red apple", "яблоко"),
    emoji("🍐", "pear", "груша"),
    emoji("🍒", "cherries", "вишня"),
    emoji("🍓", "strawberry", "клубника"),
    emoji("🥝", "kiwifruit", "киви"),
    emoji("🍅", "tomato", "помидор"),
    emoji("🥑", "avocado", "авокадо"),
    emoji("🥔", "potato", "картофель"),
    emoji("🥕", "carrot", "морковь"),
    // 60
    emoji("🌽", "ear of maize", "кукуруза"),
    emoji("🥒", "cucumber", "огурец"),
    emoji("🥜", "peanuts", "арахис"),
    emoji("🍞", "bread", "хлеб"),
    emoji("🥐", "croissant", "круассан"),
    emoji("🥖", "baguette bread", "багет"),
    emoji("🥞", "pancakes", "блины"),
    emoji("🧀", "cheese wedge", "сыр"),
    emoji("🍖", "meat on bone", "мясо"),
    emoji("🍗", "poultry leg", "куриная ножка"),
    emoji("🥓", "bacon", "бекон"),
    emoji("🍔", "hamburger", "гамбургер"),
    emoji("🍟", "french fries", "картошка фри"),
    emoji("🍕", "slice of pizza", "пицца"),
    emoji("🌭", "hot dog", "хот-дог"),
    emoji("🌮", "taco", "тако"),
    // 70
    emoji("🥚", "egg", "яйцо"),
    emoji("🍳", "cooking", "яичница"),
    emoji("🍲", "pot of food", "суп"),
    emoji("🍿", "popcorn", "попкорн"),
    emoji("🍱", "bento box", "бенто"),
    emoji("🍙", "rice ball", "онигири"),
    emoji("🍜", "steaming bowl", "лапша"),
    emoji("🍣", "sushi", "суши"),
    emoji("🍤", "fried shrimp", "темпура"),
    emoji("🍦", "soft ice cream", "мороженое"),
    emoji("🍩", "doughnut", "пончик"),
    emoji("🍪", "cookie", "печенье"),
    emoji("🎂", "birthday cake", "торт"),
    emoji("🍫", "chocolate bar", "шоколад"),
    emoji("🍬", "candy", "конфета"),
    emoji("🍭", "lollipop", "леденец"),
    // 80
    emoji("🍯", "honey pot", "мёд"),
    emoji("🍼", "baby bottle", "бутылочка"),
    emoji("🥛", "glass of milk", "молоко"),
    emoji("🍵", "teacup without handle", "чай"),
    emoji("🥤", "cup with straw", "газировка"),
    emoji("🥄", "spoon", "ложка"),
    emoji("🍴", "fork and knife", "вилка и нож"),
    emoji("🏺", "amphora", "амфора"),
    emoji("🌍", "earth globe europe-africa", "земной шар"),
    emoji("🌋", "volcano", "вулкан"),
    emoji("🗿", "moyai", "истукан"),
    emoji("🏠", "house building", "дом"),
    emoji("🏢", "office building", "многоэтажка"),
    emoji("🥥", "coconut", "кокос"),
    emoji("🏰", "european castle", "крепость"),
    emoji("🗽", "statue of liberty", "статуя Свободы"),
    // 90
    emoji("⛽", "fuel pump", "бензоколонка"),
    emoji("⛲", "fountain", "фонтан"),
    emoji("⛺", "tent", "палатка"),
    emoji("🎠", "carousel horse", "карусель"),
    emoji("🎡", "ferris wheel", "колесо обозрения"),
    emoji("🎢", "roller coaster", "американские горки"),
    emoji("💈", "barber pole", "барбершоп"),
    emoji("🎪", "circus tent", "цирк"),
    emoji("🚂", "steam locomotive", "паровоз"),
    emoji("🚌", "bus", "автобус"),
    emoji("🚑", "ambulance", "скорая помощь"),
    emoji("🚒", "fire engine", "пожарная машина"),
    emoji("🚕", "taxi", "такси"),
    emoji("🚜", "tractor", "трактор"),
    emoji("🚲", "bicycle", "велосипед"),
    emoji("🛵", "motor scooter", "скутер"),
    // A0
    emoji("🚦", "vertical traffic light", "светофор"),
    emoji("🚧", "construction sign", "барьер"),
    emoji("⚓", "anchor", "якорь"),
    emoji("⛵", "sailboat", "парусник"),
    emoji("🚢", "ship", "корабль"),
    emoji("🚁", "helicopter", "вертолёт"),
    emoji("🚀", "rocket", "ракета"),
    emoji("🛸", "flying saucer", "летающая тарелка"),
    emoji("🚪", "door", "дверь"),
    emoji("🚽", "toilet", "унитаз"),
    emoji("🛁", "bathtub", "ванна"),
    emoji("⌛", "hourglass", "песочные часы"),
    emoji("⏰", "alarm clock", "будильник"),
    emoji("🌙", "crescent moon", "месяц"),
    emoji("⭐", "white medium star", "звезда"),
    emoji("☔", "umbrella with rain drops", "зонт"),
    // B0
    emoji("🌈", "rainbow", "радуга"),
    emoji("⛄", "snowman without snow", "снеговик"),
    emoji("🔥", "fire", "огонь"),
    emoji("💧", "droplet", "капля"),
    emoji("🌊", "water wave", "волна"),
    emoji("🎃", "jack-o-lantern", "тыква"),
    emoji("🎆", "fireworks", "салют"),
    emoji("🎈", "balloon", "шарик"),
    emoji("🎉", "party popper", "хлопушка"),
    emoji("🎁", "wrapped present", "подарок"),
    emoji("🎀", "ribbon", "бант"),
    emoji("🎫", "ticket", "билет"),
    emoji("🏆", "trophy", "кубок"),
    emoji("🏅", "sports medal", "медаль"),
    emoji("⚽", "soccer ball", "футбол"),
    emoji("🏀", "basketball and hoop", "баскетбол"),
    // C0
    emoji("🏈", "american football", "регби"),
    emoji("🎾", "tennis racquet and ball", "теннис"),
    emoji("🎳", "bowling", "боулинг"),
    emoji("🏏", "cricket bat and ball", "крикет"),
    emoji("🏒", "ice hockey stick and puck", "хоккей"),
    emoji("🏓", "table tennis paddle and ball", "пинг-понг"),
    emoji("🥊", "boxing glove", "бокс"),
    emoji("🥋", "martial arts uniform", "кимоно"),
    emoji("⛳", "flag in hole", "гольф"),
    emoji("🎣", "fishing pole and fish", "удочка"),
    emoji("🎽", "running shirt with sash", "майка"),
    emoji("🎿", "ski and ski boot", "лыжи"),
    emoji("🛷", "sled", "санки"),
    emoji("🎯", "direct hit", "мишень"),
    emoji("🔮", "crystal ball", "хрустальный шар"),
    emoji("🎮", "video game", "джойстик"),
    // D0
    emoji("🎲", "game die", "игральная кость"),
    emoji("🎨", "artist palette", "палитра"),
    emoji("👓", "eyeglasses", "очки"),
    emoji("👔", "necktie", "галстук"),
    emoji("👖", "jeans", "джинсы"),
    emoji("👗", "dress", "платье"),
    emoji("👟", "athletic shoe", "кроссовка"),
    emoji("👠", "high-heeled shoe", "туфля"),
    emoji("👑", "crown", "корона"),
    emoji("🎩", "top hat", "цилиндр"),
    emoji("🎓", "graduation cap", "шапка выпускника"),
    emoji("🧢", "billed cap", "кепка"),
    emoji("💄", "lipstick", "помада"),
    emoji("💍", "ring", "кольцо"),
    emoji("💎", "gem stone", "алмаз"),
    emoji("🔔", "bell", "колокольчик"),
    // E0
    emoji("🎷", "saxophone", "саксофон"),
    emoji("🎸", "guitar", "гитара"),
    emoji("🎹", "musical keyboard", "пианино"),
    emoji("🎺", "trumpet", "труба"),
    emoji("🎻", "violin", "скрипка"),
    emoji("🥁", "drum with drumsticks", "барабан"),
    emoji("📱", "mobile phone", "смартфон"),
    emoji("📞", "telephone receiver", "телефон"),
    emoji("🔋", "battery", "батарейка"),
    emoji("🔌", "electric plug", "штепсель"),
    emoji("💻", "personal computer", "ноутбук"),
    emoji("💾", "floppy disk", "дискета"),
    emoji("🎥", "movie camera", "кинокамера"),
    emoji("📷", "camera", "фотоаппарат"),
    emoji("🔍", "left-pointing magnifying glass", "лупа"),
    emoji("💡", "electric light bulb", "лампочка"),
    // F0
    emoji("📕", "closed book", "книга"),
    emoji("📰", "newspaper", "газета"),
    emoji("💰", "money bag", "деньги"),
    emoji("📦", "package", "коробка"),
    emoji("📫", "closed mailbox with raised flag", "почтовый ящик"),
    emoji("📌", "pushpin", "кнопка"),
    emoji("📎", "paperclip", "скрепка"),
    emoji("📏", "straight ruler", "линейка"),
    emoji("🔒", "lock", "замок"),
    emoji("🔑", "key", "ключ"),
    emoji("🔨", "hammer", "молоток"),
    emoji("🏹", "bow and arrow", "лук и стрела"),
    emoji("🔧", "wrench", "гаечный ключ"),
    emoji("🔬", "microscope", "микроскоп"),
    emoji("🔭", "telescope", "телескоп"),
    emoji("💊", "pill", "таблетка"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    /// A name that stands for two symbols would let two fingerprints sound alike.
    #[test]
    fn symbols_and_names_are_distinct_in_each_language() {
        let columns: [fn(&Emoji) -> &'static str; 3] = [|e| e.symbol, |e| e.en, |e| e.ru];
        for column in columns {
            let distinct: BTreeSet<&str> = TABLE.iter().map(column).collect();
            assert_eq!(distinct.len(), TABLE.len());
        }
    }

    #[test]
    fn symbols_are_single_code_points() {
        for entry in &TABLE {
            assert_eq!(entry.symbol.chars().count(), 1, "{}", entry.en);
        }
    }

    #[test]
    fn names_are_short_and_written_in_their_alphabet() {
        for entry in &TABLE {
            assert!(
                entry
                    .ru
                    .chars()
                    .all(|c| matches!(c, 'а'..='я' | 'ё' | 'С' | ' ' | '-')),
                "{}",
                entry.ru
            );
            assert!(entry.ru.chars().count() <= 20, "{}", entry.ru);
            assert!(!entry.en.is_empty() && entry.en.is_ascii(), "{}", entry.en);
        }
    }
}
