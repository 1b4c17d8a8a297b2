"""Given and family names by state: (as in passport, in own script). The lists behind `demo_names`."""

from __future__ import annotations

from dataclasses import dataclass

Pair = tuple[str, str]


@dataclass(frozen=True)
class Names:
    """How names of a state are put together. `link` stands between given and family name (women, men)."""

    women: tuple[Pair, ...]
    men: tuple[Pair, ...]
    family: tuple[Pair, ...]
    link: tuple[str, str] = ("", "")
    native_link: tuple[str, str] = ("", "")
    family_first: bool = False
    close: bool = False


def _latin(text: str) -> tuple[Pair, ...]:
    return tuple((word.strip(), "") for word in text.split(","))


def _pairs(text: str) -> tuple[Pair, ...]:
    found = []
    for piece in text.split(","):
        latin, _, native = piece.strip().partition("=")
        found.append((latin, native))
    return tuple(found)


BRUNEI = Names(
    women=_pairs(
        "Nur Aqilah=نور عقيلة, Siti Hajar=سيتي هاجر, Dayangku Amal=دايڠكو أمل, Norhayati=نورحياتي, "
        "Rafidah=رفيدة, Zainab=زينب, Hasnah=حسنة, Mariam=مريم, Khadijah=خديجة, Aminah=امينة"
    ),
    men=_pairs(
        "Awang Azri=اوڠ عزري, Muhammad Hafiz=محمد حافظ, Abdul Rahim=عبد الرحيم, Faizal=فيصل, "
        "Kamaluddin=كمال الدين, Hamzah=حمزة, Ismail=اسماعيل, Zulkifli=ذوالكفل, Ibrahim=ابراهيم, Yusof=يوسف"
    ),
    family=_pairs(
        "Haji Ahmad=حاج احمد, Haji Omar=حاج عمر, Metussin=متوسين, Haji Salleh=حاج صالح, Jaafar=جعفر, "
        "Haji Tamit=حاج تاميت, Abdullah=عبدالله, Haji Hassan=حاج حسن, Mohammad=محمد, Haji Yahya=حاج يحيى, "
        "Haji Said=حاج سعيد"
    ),
    link=("binti", "bin"),
    native_link=("بنت", "بن"),
)
KHMER = Names(
    women=_pairs(
        "Sreymom=ស្រីមុំ, Sophea=សុភា, Chanthy=ចាន់ធី, Bopha=បុប្ផា, Sokha=សុខា, Rachana=រចនា, Kunthea=គន្ធា, "
        "Maly=ម៉ាលី, Phalla=ផល្លា, Sothea=សុធា"
    ),
    men=_pairs(
        "Dara=ដារ៉ា, Visal=វិសាល, Rithy=រិទ្ធី, Sambath=សម្បត្តិ, Vuthy=វុទ្ធី, Piseth=ពិសិដ្ឋ, Kosal=កុសល, "
        "Bunthoeun=ប៊ុនធឿន, Makara=មករា, Sovann=សុវណ្ណ"
    ),
    family=_pairs(
        "Chea=ជា, Keo=កែវ, Sok=សុខ, Chan=ចាន់, Heng=ហេង, Lim=លឹម, Ouk=អ៊ុក, Pich=ពេជ្រ, Sam=សំ, Nhem=ញ៉ែម, Meas=មាស"
    ),
    family_first=True,
)
INDONESIA = Names(
    women=_latin(
        "Dewi, Sri Wahyuni, Ratna Sari, Ni Luh Ayu, Fitriani, Indah Permata, Kartika, Maya, Rahmawati, "
        "Yuliana, Nurul Hidayah, Desak Made"
    ),
    men=_latin(
        "Agus, Budi, I Wayan, Muhammad Rizki, Hendra, Joko, Slamet, Yusuf, Andi Pratama, Dimas, Bayu, I Ketut"
    ),
    family=_latin(
        "Kusumawardani, Hidayat, Simanjuntak, Wijayakusuma, Lestari, Nasution, Hartono, Putra, Siregar, "
        "Rahardjo, Wibowo, Tambunan, Saputri"
    ),
)
LAO = Names(
    women=_pairs(
        "Bounmy=ບຸນມີ, Chanthala=ຈັນທະລາ, Keomany=ແກ້ວມະນີ, Latsamy=ລັດສະໝີ, Manivone=ມະນີວອນ, "
        "Phonesavanh=ໂພນສະຫວັນ, Souphaphone=ສຸພາພອນ, Vilayvanh=ວິໄລວັນ, Dalavanh=ດາລາວັນ, Noy=ນ້ອຍ"
    ),
    men=_pairs(
        "Bounthavy=ບຸນທະວີ, Khamphone=ຄຳພອນ, Somchay=ສົມໃຈ, Viengkham=ວຽງຄຳ, Thongsa=ທອງສາ, Sisavath=ສີສະຫວາດ, "
        "Kongkeo=ກອງແກ້ວ, Phouvong=ພູວົງ, Anousith=ອານຸສິດ, Xaysana=ໄຊຊະນະ"
    ),
    family=_pairs(
        "Phommachanh=ພົມມະຈັນ, Sayavong=ໄຊຍະວົງ, Inthavong=ອິນທະວົງ, Keovilay=ແກ້ວວິໄລ, Souvannavong=ສຸວັນນະວົງ, "
        "Chanthavong=ຈັນທະວົງ, Luangrath=ຫຼວງລາດ, Bounyavong=ບຸນຍະວົງ, Rattanavong=ລັດຕະນະວົງ, "
        "Khounsavath=ຄູນສະຫວາດ, Vongsa=ວົງສາ"
    ),
)
MALAYSIA = Names(
    women=_pairs(
        "Nurul Izzah=نور العزة, Siti Nurhaliza=سيتي نورحاليزا, Faridah=فريدة, Aishah=عائشة, Norliza=نورليزا, "
        "Kavitha=கவிதா, Priya=பிரியா, Mei Ling=美玲, Hui Min=慧敏, Sarah=سارة"
    ),
    men=_pairs(
        "Ahmad Faiz=احمد فائز, Hafizuddin=حافظ الدين, Mohd Azlan=محمد ازلن, Khairul=خير, Ridzuan=رضوان, "
        "Suresh=சுரேஷ், Arjun=அர்ஜுன், Wei Jie=伟杰, Chee Keong=志强, Rosli=رسلي"
    ),
    family=_latin("Ismail, Rahman, Othman, Hashim, Yaakob, Zakaria, Mansor, Bakar, Jamaluddin, Idris, Daud"),
    link=("binti", "bin"),
)
MYANMAR = Names(
    women=_pairs(
        "Aye Aye Mon=အေးအေးမွန်, Khin Thida=ခင်သီတာ, Su Su Hlaing=စုစုလှိုင်, Nilar Win=နီလာဝင်း, Thandar=သန္တာ, "
        "Ei Phyu=အိဖြူ, Hnin Wai=နှင်းဝေ, Moe Moe=မိုးမိုး, Yin Yin=ယဉ်ယဉ်, Zin Mar=ဇင်မာ"
    ),
    men=_pairs(
        "Aung Kyaw=အောင်ကျော်, Zaw Min=ဇော်မင်း, Htet Naing=ထက်နိုင်, Kyaw Swar=ကျော်စွာ, Min Thu=မင်းသူ, "
        "Ye Lin=ရဲလင်း, Thant Zin=သန့်ဇင်, Nay Lin=နေလင်း, Pyae Sone=ပြည့်စုံ, Tun Tun=ထွန်းထွန်း"
    ),
    family=(
        *_pairs(
            "Oo=ဦး, Htun=ထွန်း, Thein=သိန်း, Myint=မြင့်, Soe=စိုး, Lwin=လွင်, Hlaing=လှိုင်, Maung=မောင်, "
            "Tun=ထွန်း, Aung=အောင်"
        ),
        ("", ""),  # many people have one name only
    ),
    close=True,
)
PHILIPPINES = Names(
    women=_latin(
        "María Luisa, Jennelyn, Rosario, Angelica Mae, Cristina, Divina Grace, Ligaya, Niña, Carmelita, Joy, "
        "Althea, Marites"
    ),
    men=_latin(
        "José Antonio, Ramil, Juan Miguel, Ferdinand, Rodel, Emmanuel, Danilo, Jericho, Arnel, Crisanto, "
        "Benjie, Noel"
    ),
    family=_latin(
        "dela Cruz, Santos, Macaraeg, Villanueva, Bautista, Ocampo, Dimaculangan, Peñaflor, Reyes Jr., "
        "Magsaysay, Abad, Catacutan, Ilagan"
    ),
)
SINGAPORE = Names(
    women=_pairs(
        "Hui Ling=慧玲, Xin Yi=欣怡, Mei Fong=美芳, Li Ting=丽婷, Shu Fen=淑芬, Jia Hui=佳慧, Siew Eng=秀英, "
        "Yi Xuan=怡萱, Pei Shan=佩珊, Wan Ting=婉婷"
    ),
    men=_pairs(
        "Wei Ming=伟明, Jun Hao=俊豪, Kok Leong=国良, Zhi Wei=志伟, Boon Kiat=文杰, Yong Sheng=永胜, "
        "Jia Jun=家俊, Teck Huat=德发, Ming Xuan=铭轩, Chee Hong=志宏"
    ),
    family=_pairs("Tan=陈, Lim=林, Lee=李, Ng=黄, Ong=王, Wong=黄, Goh=吴, Chua=蔡, Koh=许, Teo=张, Yeo=杨"),
    family_first=True,
    close=True,
)
THAILAND = Names(
    women=_pairs(
        "Siriporn=ศิริพร, Kanya=กัญญา, Nattaya=ณัฐยา, Pimchanok=พิมพ์ชนก, Ratchanee=รัชนี, Suda=สุดา, "
        "Wanida=วนิดา, Chutima=ชุติมา, Malee=มาลี, Orathai=อรทัย"
    ),
    men=_pairs(
        "Anan=อนันต์, Chaiwat=ชัยวัฒน์, Kittisak=กิตติศักดิ์, Narong=ณรงค์, Prasert=ประเสริฐ, Somchai=สมชาย, "
        "Thanakorn=ธนากร, Wichai=วิชัย, Apichart=อภิชาติ, Surasak=สุรศักดิ์"
    ),
    family=_pairs(
        "Srisawat=ศรีสวัสดิ์, Wongsakul=วงศ์สกุล, Rattanaporn=รัตนพร, Chaiyasit=ไชยสิทธิ์, Boonmee=บุญมี, "
        "Thongdee=ทองดี, Suksawat=สุขสวัสดิ์, Kaewmanee=แก้วมณี, Jantarasri=จันทรศรี, Phromma=พรหมมา, Saelim=แซ่ลิ้ม"
    ),
)
TIMOR = Names(
    women=_latin(
        "Maria Fátima, Domingas, Lucília, Rosa Maria, Zélia, Filomena, Cesaltina, Madalena, Olívia, Teresinha"
    ),
    men=_latin("João, Domingos, Armindo, José Manuel, Agostinho, Mário, Leandro, Abílio, Nélson, Tomás"),
    family=_latin(
        "da Conceição, Soares, dos Santos, Ximenes, Guterres, da Silva, Gusmão, de Jesus, Pereira, Belo, Sá"
    ),
)
VIETNAM = Names(
    women=_latin(
        "Thị Ánh, Thị Hương, Thùy Linh, Ngọc Diệp, Minh Châu, Thị Mỹ Hạnh, Bích Ngọc, Khánh Vân, Thu Hà, "
        "Quỳnh Như, Phương Thảo"
    ),
    men=_latin(
        "Văn Đức, Minh Tuấn, Quốc Bảo, Hoàng Long, Đình Khôi, Thanh Sơn, Hữu Phước, Ngọc Thạch, Việt Dũng, "
        "Anh Kiệt, Xuân Trường"
    ),
    family=_latin("Nguyễn, Trần, Lê, Phạm, Huỳnh, Hoàng, Võ, Đặng, Bùi, Đỗ, Ngô, Dương"),
    family_first=True,
)
KOREA = Names(
    women=_pairs(
        "Seoyeon=서연, Jiwoo=지우, Minji=민지, Hayoon=하윤, Eunji=은지, Sumin=수민, Yuna=유나, Hyejin=혜진, "
        "Dahye=다혜, Soyoung=소영"
    ),
    men=_pairs(
        "Minjun=민준, Seojun=서준, Jihoon=지훈, Donghyun=동현, Hyunwoo=현우, Sungmin=성민, Taeyang=태양, "
        "Youngho=영호, Jaewon=재원, Kyungsoo=경수"
    ),
    family=_pairs(
        "Kim=김, Lee=이, Park=박, Choi=최, Jung=정, Kang=강, Cho=조, Yoon=윤, Jang=장, Han=한, Seo=서"
    ),
    family_first=True,
    close=True,
)

BY_COUNTRY = {
    "BN": BRUNEI,
    "KH": KHMER,
    "ID": INDONESIA,
    "LA": LAO,
    "MY": MALAYSIA,
    "MM": MYANMAR,
    "PH": PHILIPPINES,
    "SG": SINGAPORE,
    "TH": THAILAND,
    "TL": TIMOR,
    "VN": VIETNAM,
    "KR": KOREA,
}
