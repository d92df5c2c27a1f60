"""The words of the sample world: syllables, genres, languages and parts of plots. All names and plots are invented."""

from functools import cache
from itertools import product

FIRST_SYLLABLES = (
    "Ar Bel Cor Dav El Fen Gal Hes Ily Jor Kel Lor Mav Nev Or Pel Quin Ras Sel Tav Ul Ven Wex Yar Zor Ād Bré Çel Dö "
    "Éli Fjö Gå Hü Íra Łuk Mó Ñe Øst Ran Şer Tü Vé Žel Khu Thal Brim Stel Cran Plo Drev"
).split()
MIDDLE_SYLLABLES = (
    "a e i o u an en il or ar am eth ov und ish al ek im os ur av ip ol ux ema ida oro ule ané ösi".split()
)
LAST_SYLLABLES = (
    "ba da dor den ga gan ka kin la len lia lo ma men mir na nor ra ren ro sa sen ska ta ten tor va ven vik za zen "
    "ño çà şi ło ñez ström"
).split()
SCRIPTS = {
    "RU": "ба ве го ди жа зо ки лу мо не па ро са ту фи ча".split(),
    "JP": "ア イ カ キ サ シ タ ナ ハ マ モ ラ リ ル ン ヨ".split(),
    "GR": "αλ βε γο δι ζα θε κυ λο μα νι πο ρα σι τε φω χρ".split(),
}

# In alphabetical order, as IMDb lists a title's genres. Values: share of titles, effect on quality in rating points.
GENRES = {
    "Action": (0.10, -0.38),
    "Adult": (0.0, -0.77),
    "Adventure": (0.06, -0.13),
    "Animation": (0.03, 0.58),
    "Biography": (0.03, 0.58),
    "Comedy": (0.17, -0.19),
    "Crime": (0.07, 0.13),
    "Documentary": (0.08, 1.21),
    "Drama": (0.22, 0.38),
    "Family": (0.03, -0.19),
    "Fantasy": (0.03, -0.26),
    "History": (0.02, 0.51),
    "Horror": (0.08, -1.27),
    "Music": (0.02, 0.44),
    "Mystery": (0.03, -0.07),
    "Romance": (0.07, -0.07),
    "Sci-Fi": (0.04, -0.95),
    "Short": (0.0, 0.0),
    "Sport": (0.01, 0.19),
    "Thriller": (0.07, -0.51),
    "War": (0.02, 0.38),
    "Western": (0.01, -0.38),
}
# Values: country, region, language code, share of titles, effect on quality in rating points.
LANGUAGES = {
    "English": ("United States", "US", "en", 0.46, -0.15),
    "French": ("France", "FR", "fr", 0.10, 0.22),
    "Hindi": ("India", "IN", "hi", 0.09, -0.38),
    "Japanese": ("Japan", "JP", "ja", 0.07, 0.52),
    "Spanish": ("Spain", "ES", "es", 0.08, -0.08),
    "German": ("Germany", "DE", "de", 0.06, 0.08),
    "Italian": ("Italy", "IT", "it", 0.05, -0.3),
    "Russian": ("Russia", "RU", "ru", 0.03, 0.3),
    "Greek": ("Greece", "GR", "el", 0.02, -0.45),
    "Finnish": ("Finland", "FI", "fi", 0.02, 0.38),
    "Turkish": ("Turkey", "TR", "tr", 0.02, -0.68),
}
ORIGINAL_ALPHABET = {"Russian": "RU", "Japanese": "JP", "Greek": "GR"}

TITLE_OPENINGS = (
    ",,,,,,,,The ,The ,The Silent ,The Last ,The Seventh ,Return to ,Night in ,A Letter to ,Beyond ,Goodbye to ,Under ,"
    "The Keepers of ,Waiting for ,Three Days in ,My Uncle from ,Children of ,The Red ,Winter in ,The Road to ,Dear "
).split(",")
TITLE_ENDINGS = (
    ",,,,,,,, Affair, Road, and the Lantern, by Morning, at Sea, & Sons, in Winter, Nights, Rising,'s Orchard, Harbour,"
    " Without Rain, Waltz, Diaries, Express,: A Fable"
).split(",")
SUBTITLES = (
    ": The Homecoming,: Second Harvest,: Embers,: The Long Way,: No Tomorrow,: Ashes,: A New Tide,: Requiem".split(",")
)

# One list per slot of a plot sentence, with the spread of its words' effects on quality in rating points.
PLOT_WORDS = (
    (
        "weary restless gifted lonely stubborn forgetful jealous curious retired young blind fearless greedy shy "
        "famous disgraced wandering widowed reckless patient clumsy haunted drowsy proud".split(),
        0.12,
    ),
    (
        "lighthouse keeper,violinist,surgeon,smuggler,beekeeper,detective,schoolteacher,boxer,cartographer,waitress,"
        "chess player,astronaut,gravedigger,influencer,stuntman,translator,carpenter,hitman,ballerina,judge,"
        "zombie hunter,locksmith,farmer,novelist,ventriloquist,pilot".split(","),
        0.14,
    ),
    (
        "must confront,is drawn into,tries to forget,cannot escape,inherits,sets out to expose,gambles everything on,"
        "falls in love amid,is framed for,returns home to,uncovers,refuses to abandon,is hired to bury,"
        "dreams about".split(","),
        0.08,
    ),
    (
        "a family secret,the memory of a lost war,a cursed videotape,an impossible friendship,a botched robbery,"
        "a village that is slowly drowning,an alien outbreak,the trial of an innocent man,a wild spring-break party,"
        "a rivalry between two orchestras,a stolen inheritance,an experiment gone wrong,the silence of a father,"
        "a haunted summer camp,a strike at the mill,a treasure map,a switched-body prank,"
        "the last train across the border,a killer doll,an unfinished letter,a talent show,a famine,a demonic wedding,"
        "the friendship of two prisoners".split(","),
        0.26,
    ),
    (
        "before the harvest is over,while the world looks away,with hilarious consequences,over a single night,"
        "across four generations,until the bodies pile up,and learns what forgiveness costs,in a race against time,"
        "without ever speaking of it,as the river rises,and nothing will ever be the same,told in three letters,"
        "with the help of a talking dog,as the old order crumbles".split(","),
        0.16,
    ),
)

CERTIFICATES = "R,PG-13,PG,Not Rated,Approved,G,Unrated,TV-MA,NC-17".split(",")
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
REGIONS = "US GB FR DE ES IT JP RU GR IN BR FI TR CA".split()
REGION_LANGUAGES = (None, None, "fr", None, "es", None, "ja", None, None, "hi", None, None, "tr", "en")
AKA_TYPES = (
    "imdbDisplay",
    "imdbDisplay",
    "imdbDisplay",
    None,
    "working",
    "alternative",
    "dvd",
    "alternative\x02festival",
)
AKA_ATTRIBUTES = (None,) * 12 + ("alternative spelling", "informal title", "short title", "complete title")
WRITER_JOBS = (None, None, "screenplay", "written by", "story", "screenplay by", 'based on the novel: "The Ninth Tide"')
CHARACTERS = "Dr. ,Captain ,Young ,Aunt ,Mrs. ,Detective ,King ,Old ,,,,,,,".split(",")


@cache
def invented_words() -> tuple[str, ...]:
    """Return about 50,000 invented words of three syllables."""
    return tuple(map("".join, product(FIRST_SYLLABLES, MIDDLE_SYLLABLES, LAST_SYLLABLES)))


@cache
def first_names() -> tuple[str, ...]:
    """Return about 2,000 invented first names."""
    return tuple(map("".join, product(FIRST_SYLLABLES, LAST_SYLLABLES)))


@cache
def words_of_script(region: str) -> tuple[str, ...]:
    """Return words in the script of a region, which must be in `SCRIPTS`."""
    syllables = SCRIPTS[region]
    return tuple("".join(word).capitalize() for word in product(syllables, repeat=3))
