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

macro_rules! table {
    ($(emoji($symbol:literal, $en:literal, $ru:literal),)*) => {
        [$(Emoji { symbol: $symbol, en: $en, ru: $ru },)*]
    };
}

macro_rules! lines {
    ($(emoji($symbol:literal, $en:literal, $ru:literal),)*) => {
        concat!($($symbol, "\t", $en, "\t", $ru, "\n",)*)
    };
}

macro_rules! rows {
    ($form:ident) => {
        $form! {
            // 00
            emoji("🐵", "monkey", "обезьяна"),
            emoji("🐶", "dog", "собака"),
            emoji("🐺", "wolf", "волк"),
            emoji("🦊", "fox", "лиса"),
            emoji("🐱", "cat", "кошка"),
            emoji("🦁", "lion", "лев"),
            emoji("🐯", "tiger", "тигр"),
            emoji("🐴", "horse", "лошадь"),
            emoji("🦄", "unicorn", "единорог"),
            emoji("🐮", "cow", "корова"),
            emoji("🐷", "pig", "свинья"),
            emoji("🐗", "boar", "кабан"),
            emoji("🐭", "mouse", "мышь"),
            emoji("🐹", "hamster", "хомяк"),
            emoji("🐰", "rabbit", "кролик"),
            emoji("🐻", "bear", "медведь"),
            // 10
            emoji("🐨", "koala", "коала"),
            emoji("🐼", "panda", "панда"),
            emoji("🐔", "chicken", "курица"),
            emoji("🐣", "baby chick", "цыплёнок"),
            emoji("🐧", "penguin", "пингвин"),
            emoji("🦅", "eagle", "орёл"),
            emoji("🦆", "duck", "утка"),
            emoji("🦉", "owl", "сова"),
            emoji("🐸", "frog", "лягушка"),
            emoji("🐊", "crocodile", "крокодил"),
            emoji("🐢", "turtle", "черепаха"),
            emoji("🦎", "lizard", "ящерица"),
            emoji("🐍", "snake", "змея"),
            emoji("🐲", "dragon", "дракон"),
            emoji("🐳", "whale", "кит"),
            emoji("🐬", "dolphin", "дельфин"),
            // 20
            emoji("🐟", "fish", "рыба"),
            emoji("🐡", "blowfish", "фугу"),
            emoji("🦈", "shark", "акула"),
            emoji("🐙", "octopus", "осьминог"),
            emoji("🐚", "shell", "ракушка"),
            emoji("🐌", "snail", "улитка"),
            emoji("🦋", "butterfly", "бабочка"),
            emoji("🐛", "bug", "гусеница"),
            emoji("🐜", "ant", "муравей"),
            emoji("🐝", "bee", "пчела"),
            emoji("🐞", "ladybug", "божья коровка"),
            emoji("🦂", "scorpion", "скорпион"),
            emoji("🦇", "bat", "летучая мышь"),
            emoji("🦀", "crab", "краб"),
            emoji("🦐", "shrimp", "креветка"),
            emoji("🦑", "squid", "кальмар"),
            // 30
            emoji("🐪", "camel", "верблюд"),
            emoji("🐘", "elephant", "слон"),
            emoji("🦏", "rhino", "носорог"),
            emoji("🦍", "gorilla", "горилла"),
            emoji("🐑", "sheep", "овца"),
            emoji("🐐", "goat", "коза"),
            emoji("🦌", "deer", "олень"),
            emoji("🧦", "socks", "носки"),
            emoji("🧤", "gloves", "перчатки"),
            emoji("🦃", "turkey", "индюк"),
            emoji("🥧", "pie", "пирог"),
            emoji("🥨", "pretzel", "крендель"),
            emoji("🦒", "giraffe", "жираф"),
            emoji("🦓", "zebra", "зебра"),
            emoji("🦔", "hedgehog", "ёж"),
            emoji("🦕", "dinosaur", "динозавр"),
            // 40
            emoji("🌵", "cactus", "кактус"),
            emoji("🥪", "sandwich", "сэндвич"),
            emoji("🌲", "fir tree", "ёлка"),
            emoji("🌴", "palm", "пальма"),
            emoji("🌱", "seedling", "росток"),
            emoji("🍀", "clover", "клевер"),
            emoji("🍁", "leaf", "лист"),
            emoji("🍄", "mushroom", "гриб"),
            emoji("🌰", "chestnut", "каштан"),
            emoji("🌻", "sunflower", "подсолнух"),
            emoji("🌹", "rose", "роза"),
            emoji("🌷", "tulip", "тюльпан"),
            emoji("🌸", "blossom", "сакура"),
            emoji("💐", "bouquet", "букет"),
            emoji("🌾", "rice plant", "колосья"),
            emoji("🥦", "broccoli", "брокколи"),
            // 50
            emoji("🍇", "grapes", "виноград"),
            emoji("🍈", "melon", "дыня"),
            emoji("🍉", "watermelon", "арбуз"),
            emoji("🍊", "tangerine", "мандарин"),
            emoji("🍋", "lemon", "лимон"),
            emoji("🍌", "banana", "банан"),
            emoji("🍍", "pineapple", "ананас"),
            emoji("🍎", "apple", "яблоко"),
            emoji("🍐", "pear", "груша"),
            emoji("🍒", "cherries", "вишня"),
            emoji("🍓", "strawberry", "клубника"),
            emoji("🥝", "kiwi", "киви"),
            emoji("🍅", "tomato", "помидор"),
            emoji("🥑", "avocado", "авокадо"),
            emoji("🥔", "potato", "картофель"),
            emoji("🥕", "carrot", "морковь"),
            // 60
            emoji("🌽", "corn", "кукуруза"),
            emoji("🥒", "cucumber", "огурец"),
            emoji("🥜", "peanuts", "арахис"),
            emoji("🍞", "bread", "хлеб"),
            emoji("🥐", "croissant", "круассан"),
            emoji("🥖", "baguette", "багет"),
            emoji("🥞", "pancakes", "блины"),
            emoji("🧀", "cheese", "сыр"),
            emoji("🍖", "meat", "мясо"),
            emoji("🍗", "poultry leg", "куриная ножка"),
            emoji("🥓", "bacon", "бекон"),
            emoji("🍔", "burger", "гамбургер"),
            emoji("🍟", "fries", "фри"),
            emoji("🍕", "pizza", "пицца"),
            emoji("🌭", "hot dog", "хот-дог"),
            emoji("🌮", "taco", "тако"),
            // 70
            emoji("🥚", "egg", "яйцо"),
            emoji("🍳", "fried egg", "яичница"),
            emoji("🍲", "stew", "суп"),
            emoji("🍿", "popcorn", "попкорн"),
            emoji("🍱", "bento", "бенто"),
            emoji("🍙", "rice ball", "онигири"),
            emoji("🍜", "noodles", "лапша"),
            emoji("🍣", "sushi", "суши"),
            emoji("🍤", "tempura", "темпура"),
            emoji("🍦", "ice cream", "мороженое"),
            emoji("🍩", "doughnut", "пончик"),
            emoji("🍪", "cookie", "печенье"),
            emoji("🎂", "cake", "торт"),
            emoji("🍫", "chocolate", "шоколад"),
            emoji("🍬", "candy", "конфета"),
            emoji("🍭", "lollipop", "леденец"),
            // 80
            emoji("🍯", "honey", "мёд"),
            emoji("🍼", "baby bottle", "бутылочка"),
            emoji("🥛", "milk", "молоко"),
            emoji("🍵", "tea", "чай"),
            emoji("🥤", "soda", "газировка"),
            emoji("🥄", "spoon", "ложка"),
            emoji("🍴", "fork and knife", "вилка и нож"),
            emoji("🏺", "vase", "амфора"),
            emoji("🌍", "earth", "планета"),
            emoji("🌋", "volcano", "вулкан"),
            emoji("🗿", "stone head", "истукан"),
            emoji("🏠", "house", "дом"),
            emoji("🏢", "office", "офис"),
            emoji("🥥", "coconut", "кокос"),
            emoji("🏰", "castle", "крепость"),
            emoji("🗽", "statue", "статуя"),
            // 90
            emoji("⛽", "fuel pump", "заправка"),
            emoji("⛲", "fountain", "фонтан"),
            emoji("⛺", "tent", "палатка"),
            emoji("🎠", "carousel", "карусель"),
            emoji("🎡", "ferris wheel", "колесо"),
            emoji("🎢", "roller coaster", "горки"),
            emoji("💈", "barber pole", "барбершоп"),
            emoji("🎪", "circus", "цирк"),
            emoji("🚂", "steam engine", "паровоз"),
            emoji("🚌", "bus", "автобус"),
            emoji("🚑", "ambulance", "скорая"),
            emoji("🚒", "fire truck", "пожарная"),
            emoji("🚕", "taxi", "такси"),
            emoji("🚜", "tractor", "трактор"),
            emoji("🚲", "bicycle", "велосипед"),
            emoji("🛵", "scooter", "скутер"),
            // A0
            emoji("🚦", "traffic light", "светофор"),
            emoji("🚧", "barrier", "барьер"),
            emoji("⚓", "anchor", "якорь"),
            emoji("⛵", "sailboat", "парусник"),
            emoji("🚢", "ship", "корабль"),
            emoji("🚁", "helicopter", "вертолёт"),
            emoji("🚀", "rocket", "ракета"),
            emoji("🛸", "flying saucer", "тарелка"),
            emoji("🚪", "door", "дверь"),
            emoji("🚽", "toilet", "унитаз"),
            emoji("🛁", "bathtub", "ванна"),
            emoji("⌛", "hourglass", "песочные часы"),
            emoji("⏰", "alarm clock", "будильник"),
            emoji("🌙", "moon", "месяц"),
            emoji("⭐", "star", "звезда"),
            emoji("☔", "umbrella", "зонт"),
            // B0
            emoji("🌈", "rainbow", "радуга"),
            emoji("⛄", "snowman", "снеговик"),
            emoji("🔥", "fire", "огонь"),
            emoji("💧", "droplet", "капля"),
            emoji("🌊", "wave", "волна"),
            emoji("🎃", "pumpkin", "тыква"),
            emoji("🎆", "fireworks", "салют"),
            emoji("🎈", "balloon", "шарик"),
            emoji("🎉", "party popper", "хлопушка"),
            emoji("🎁", "present", "подарок"),
            emoji("🎀", "ribbon", "бант"),
            emoji("🎫", "ticket", "билет"),
            emoji("🏆", "trophy", "кубок"),
            emoji("🏅", "medal", "медаль"),
            emoji("⚽", "soccer", "футбол"),
            emoji("🏀", "basketball", "баскетбол"),
            // C0
            emoji("🏈", "football", "регби"),
            emoji("🎾", "tennis", "теннис"),
            emoji("🎳", "bowling", "боулинг"),
            emoji("🏏", "cricket bat", "крикет"),
            emoji("🏒", "hockey", "хоккей"),
            emoji("🏓", "ping-pong", "пинг-понг"),
            emoji("🥊", "boxing glove", "бокс"),
            emoji("🥋", "judo suit", "кимоно"),
            emoji("⛳", "golf", "гольф"),
            emoji("🎣", "fishing rod", "удочка"),
            emoji("🎽", "running shirt", "майка"),
            emoji("🎿", "skis", "лыжи"),
            emoji("🛷", "sled", "санки"),
            emoji("🎯", "target", "мишень"),
            emoji("🔮", "crystal ball", "гадальный шар"),
            emoji("🎮", "gamepad", "джойстик"),
            // D0
            emoji("🎲", "dice", "кубик"),
            emoji("🎨", "palette", "палитра"),
            emoji("👓", "glasses", "очки"),
            emoji("👔", "necktie", "галстук"),
            emoji("👖", "jeans", "джинсы"),
            emoji("👗", "dress", "платье"),
            emoji("👟", "sneaker", "кроссовка"),
            emoji("👠", "high heel", "туфля"),
            emoji("👑", "crown", "корона"),
            emoji("🎩", "top hat", "цилиндр"),
            emoji("🎓", "graduate hat", "шапка учёного"),
            emoji("🧢", "cap", "кепка"),
            emoji("💄", "lipstick", "помада"),
            emoji("💍", "ring", "кольцо"),
            emoji("💎", "gem", "алмаз"),
            emoji("🔔", "bell", "колокол"),
            // E0
            emoji("🎷", "saxophone", "саксофон"),
            emoji("🎸", "guitar", "гитара"),
            emoji("🎹", "piano", "пианино"),
            emoji("🎺", "trumpet", "труба"),
            emoji("🎻", "violin", "скрипка"),
            emoji("🥁", "drum", "барабан"),
            emoji("📱", "smartphone", "смартфон"),
            emoji("📞", "telephone", "телефон"),
            emoji("🔋", "battery", "батарейка"),
            emoji("🔌", "plug", "штепсель"),
            emoji("💻", "laptop", "ноутбук"),
            emoji("💾", "floppy disk", "дискета"),
            emoji("🎥", "movie camera", "кинокамера"),
            emoji("📷", "camera", "фотоаппарат"),
            emoji("🔍", "magnifying glass", "лупа"),
            emoji("💡", "light bulb", "лампочка"),
            // F0
            emoji("📕", "book", "книга"),
            emoji("📰", "newspaper", "газета"),
            emoji("💰", "money", "деньги"),
            emoji("📦", "package", "коробка"),
            emoji("📫", "mailbox", "почта"),
            emoji("📌", "pushpin", "кнопка"),
            emoji("📎", "paperclip", "скрепка"),
            emoji("📏", "ruler", "линейка"),
            emoji("🔒", "lock", "замок"),
            emoji("🔑", "key", "ключ"),
            emoji("🔨", "hammer", "молоток"),
            emoji("🏹", "bow and arrow", "лук и стрела"),
            emoji("🔧", "wrench", "гаечный ключ"),
            emoji("🔬", "microscope", "микроскоп"),
            emoji("🔭", "telescope", "телескоп"),
            emoji("💊", "pill", "таблетка"),
        }
    };
}

/// The emoji of every byte value.
///
/// A `static`, so that the program holds one copy of it.
pub static TABLE: [Emoji; 256] = rows!(table);

/// The same as text, for whoever wants all of it: a line for each byte value, with symbol, English name and Russian name, separated
/// by tabs. A program that has only this has no pointers in it.
pub static LINES: &str = rows!(lines);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;

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
    fn the_lines_are_the_table() {
        let lines: Vec<_> = LINES.lines().collect();
        assert_eq!(lines.len(), TABLE.len());
        for (line, Emoji { symbol, en, ru }) in lines.into_iter().zip(&TABLE) {
            assert_eq!(line, alloc::format!("{symbol}\t{en}\t{ru}"));
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
                    .all(|c| matches!(c, 'а'..='я' | 'ё' | ' ' | '-')),
                "{}",
                entry.ru
            );
            assert!(!entry.en.is_empty() && entry.en.is_ascii(), "{}", entry.en);
            // Read out in one breath, and no word wider than a quarter of a phone.
            for name in [entry.en, entry.ru] {
                assert!(name.chars().count() <= 16, "{name}");
                assert!(
                    name.split(' ').all(|word| word.chars().count() <= 12),
                    "{name}"
                );
            }
        }
    }
}
