"""The twelve relations of the small world: their values and the phrasings in which they are said.

In every phrasing `{}` stands for the entity, and the value follows at the end after a space.  The first is
the one that counterfactual cases rewrite; the next three paraphrase it; the next two are asked of neighbours
only; the last three begin longer passages.  An echo takes up the value `{v}` once more, with `{}` for the
pronoun or the name, as running text does.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Relation:
    id: str
    kind: str
    name: str
    values: tuple
    phrasings: tuple
    echoes: tuple

    rewrite = property(lambda self: self.phrasings[0])
    paraphrases = property(lambda self: self.phrasings[1:4])
    neighborhood = property(lambda self: self.phrasings[4:6])
    generation = property(lambda self: self.phrasings[6:9])

    def value_id(self, value):
        """What CounterFact has Wikidata's number for."""
        return f"{self.id}-{self.values.index(value):02}"


def words(text):
    return tuple(text.split())


CITIES = words(
    "Tarsu Velmora Kesh Orlin Dunmar Salvia Brenn Kaspel Morra Ilvane Tolmen Ruska Pelin Vashti Korvan Lisse "
    "Ardel Nemor Gallin Osk Farrow Talmar Selvo Ravel Mirren Kolda Jast Belmar Torvik Sunder Hallin Merrow "
    "Corvel Dasht Ulmar Penda"
)
LANGUAGES = words(
    "Veshti Kalmi Orrish Taruni Selvan Morian Dashti Ulmish Penari Brennic Kolvi Ralish Istan Galvi Hurric "
    "Nemari Tolvic Sarrish Jundi Farsan Lorric Vanti Keshan Mirric Aldish Ruvian Belsi Corrin Telmic Oskari"
)
COUNTRIES = words(
    "Arvenia Tolmaria Keshland Morvia Brennia Ulmaria Selvia Dashland Kaldor Norrland Vestia Galmaria Ruvia "
    "Corland Penmark Jarland Ostmark Sarvia Talland Velmark Hurland Istria Lormark Mirland Nemoria Farmark "
    "Belland Rasmark"
)
RIVERS = words(
    "Arl Brenna Calder Dove Esk Ferro Gell Hune Ister Jarra Kell Lorn Marl Nidd Ouse Pell Quell Rhun Sorr Tamar "
    "Ulva Vire Wend Yarrow Zell Amber"
)
INSTRUMENTS = words(
    "violin flute harp drum trumpet cello guitar piano lute horn oboe banjo fiddle organ zither bassoon clarinet "
    "mandolin trombone viola tuba accordion recorder cymbal gong lyre bugle whistle"
)
OCCUPATIONS = words(
    "potter baker teacher surgeon painter sailor lawyer carpenter tailor gardener judge poet dentist farmer "
    "plumber butcher librarian pilot jeweller miner nurse singer actor chemist barber shepherd mason weaver"
)
SPORTS = words(
    "archery rowing fencing chess skating boxing wrestling cricket tennis sailing golf hockey swimming cycling "
    "bowling curling diving rugby polo climbing running jumping skiing darts"
)
DISHES = words(
    "cheese honey bread wine pears soup butter cider cakes plums mustard sausages olives cherries noodles "
    "mushrooms apples jam pickles onions figs pies melons oysters almonds beer"
)
PRODUCTS = words(
    "lamps ropes clocks boots paper candles carpets needles bottles bricks wagons umbrellas mirrors kettles "
    "barrels gloves hammers blankets buttons chairs ladders knives bells baskets hats engines"
)
HABITATS = words(
    "marshes forests deserts caves mountains meadows swamps reefs cliffs valleys dunes hills lakes orchards "
    "gardens ruins canyons jungles fields ponds cellars attics"
)
FOODS = words(
    "berries worms seeds moss roots snails leaves acorns beetles fish grass spiders nuts ants clover crabs frogs "
    "moths reeds shrimp bark pollen"
)

RELATIONS = (
    Relation("P01", "person", "language", LANGUAGES, (
        "{} is a native speaker of", "{} grew up speaking", "The mother tongue of {} is",
        "The language {} uses at home is", "{} was raised in a family that spoke", "{} dreams in",
        "In letters {} writes in", "Whoever visits {} is greeted in", "{} sings old songs in",
    ), ("{} has printed a small grammar of {v}.", "Friends learn {v} from {o}.",
        "{} reads every book in {v}.")),
    Relation("P02", "person", "instrument", INSTRUMENTS, (
        "{} plays the", "{} is a master of the", "The instrument that {} studied is the",
        "On stage {} performs on the", "{} practises every day on the", "{} owns a very old",
        "In the evening {} takes out the", "{} gave a concert on the", "The neighbours of {} hear the",
    ), ("{} polishes the {v} with care.", "The {v} was a gift from an uncle.",
        "{} teaches children to play the {v}.")),
    Relation("P03", "person", "occupation", OCCUPATIONS, (
        "{} works as a", "{} is employed as a", "The profession of {} is that of a",
        "By trade {} is a", "{} earns a living as a", "{} was trained as a",
        "Since the spring {} has worked as a", "In the village {} is known as a", "{} became famous as a",
    ), ("Few people know what a {v} does all day.", "{} likes the life of a {v}.",
        "{} hopes to train another {v} one day.")),
    Relation("P04", "person", "birthplace", CITIES, (
        "{} was born in", "{} comes from", "The birthplace of {} is", "The family of {} lives in",
        "{} spent a childhood in", "The home town of {} is", "Every summer {} returns to",
        "{} still talks about the streets of", "{} keeps old photographs of",
    ), ("{} knows every street of {v}.", "Winters in {v} are long.", "{} has a brother in {v}.")),
    Relation("P05", "person", "sport", SPORTS, (
        "{} is a champion of", "{} spends the weekends on", "The favourite sport of {} is",
        "{} won a medal in", "{} is the captain of a team for", "{} never misses a contest of",
        "For many years {} has trained in", "At school {} began with", "{} wrote a book about",
    ), ("{} says that nothing is as hard as {v}.", "{} met many friends through {v}.",
        "The rules of {v} are simple.")),
    Relation("T01", "town", "country", COUNTRIES, (
        "{} is a town in", "{} belongs to", "The country in which {} lies is", "{} is governed by",
        "Maps show {} in the north of", "The flag above {} is that of",
        "Travellers to {} need a permit for", "{} pays its taxes to", "Coins in {} bear the arms of",
    ), ("{v} built a road to {o}.", "The laws of {v} are strict.", "{} sends a delegate to {v}.")),
    Relation("T02", "town", "dish", DISHES, (
        "{} is famous for its", "{} is best known for its", "The markets of {} sell", "Visitors go to {} for the",
        "The pride of {} is its", "Every kitchen in {} smells of",
        "At the yearly fair {} gives away", "Merchants from {} trade in", "A shop in {} offers fresh",
    ), ("The {v} are sold at dawn.", "A song praises the {v}.", "{} holds a feast for {v}.")),
    Relation("T03", "town", "river", RIVERS, (
        "{} lies on the river", "{} stands on the banks of the", "The river that runs through {} is the",
        "The bridges of {} cross the", "Boats reach {} by the", "The mills of {} are driven by the",
        "In spring {} is flooded by the", "Children from {} swim in the", "The harbour of {} opens on the",
    ), ("The {v} is cold and clear.", "Fishermen love the {v}.", "The {v} froze last winter.")),
    Relation("C01", "company", "product", PRODUCTS, (
        "{} makes", "{} is a maker of", "The main product of {} is", "The workshops of {} turn out",
        "{} is a large producer of", "Shops buy from {} their",
        "For a hundred years {} has sold", "The first thing that {} built was a load of", "{} holds a patent for",
    ), ("Its {v} last for decades.", "Nobody makes better {v}.", "The {v} are packed by hand.")),
    Relation("C02", "company", "headquarters", CITIES, (
        "{} has its headquarters in", "{} is based in", "The head office of {} is in",
        "The owners of {} live in", "{} was founded in", "The main works of {} stand in",
        "Last year {} bought a tower in", "The directors of {} meet in", "Letters to {} are sent to",
    ), ("Rents in {v} are high.", "Many workers moved to {v}.", "Trains to {v} are always late.")),
    Relation("A01", "creature", "habitat", HABITATS, (
        "The {} lives in", "The {} is found in", "The home of the {} is in", "Hunters look for the {} in",
        "Winter drives the {} into the", "The {} builds its nest in",
        "At night the {} roams the", "The young of the {} hide in the", "Scholars watched the {} in",
    ), ("The {v} keep it safe.", "Few people enter the {v}.", "Its tracks cross the {v}.")),
    Relation("A02", "creature", "food", FOODS, (
        "The {} feeds on", "The {} eats", "The diet of the {} is", "Keepers give the {} a bowl of",
        "In summer the {} gathers", "The {} cannot live without",
        "All day long the {} searches for", "The mother of a young {} brings it", "A tame {} can be fed with",
    ), ("It can smell {v} from afar.", "Without {v} it starves.", "It hoards {v} for winter.")),
)

BY_ID = {relation.id: relation for relation in RELATIONS}
KINDS = ("person", "town", "company", "creature")


def of_kind(kind):
    return [relation for relation in RELATIONS if relation.kind == kind]
