/// What `PunktSplitter` knows about English.
///
/// Written by `Scripts/punkt_table.py` from the English model that comes with NLTK, which Strunk and Kiss
/// trained on newspaper text.
enum PunktEnglish {
    /// Words that a full stop belongs to.
    static let abbreviations = words(
        """
        a.a a.c a.d a.g a.h a.m a.m.e a.s a.t adm ala ariz aug ave b.f b.v bros c c.i.t c.o.m.b c.v calif \
        chg cie co col colo conn corp cos ct d d.c d.h d.w dec dr e e.f e.h e.l e.m f f.g f.j feb fla fri \
        ft g g.d g.f g.k ga gen h h.c h.f h.m i.m.s ill inc j.b j.c j.j j.k j.p j.r jan jr k kan ky l l.a \
        l.f l.p lt ltd m m.b.a m.d.c m.j maj messrs mg mich minn mr mrs ms n n.c n.d n.h n.j n.m n.v n.y \
        nev nov oct ok okla ore p p.a.m p.m pa ph.d prof r r.a r.h r.i r.j r.k r.t rep reps s s.a s.a.y \
        s.c s.g s.p.a s.s sen sep sept sr st sw t t.j tenn tues u.k u.n u.s u.s.a u.s.s.r v va vs vt w w.c \
        w.r w.va w.w wash wed wis yr
        """)

    /// Words that often begin sentences.
    static let starters = words(
        """
        according although among both but despite even he however i if in indeed instead it many meanwhile \
        moreover most nevertheless nonetheless nor sales separately similarly since so some the there \
        these they this though thus under when while yet
        """)

    /// Words that have a capital at the beginning of sentences only.
    static let uncapitalized = words(
        """
        above accepted accompanied accordingly achieving ad adding addressing adds adjusted admen advocacy \
        advocates affiliated affiliation agricultural aiding aired allegations allowing almost along \
        already annualized annually anti-dumping anticipating anyone apparently applications approximately \
        arbitragers arena argued arming artistic ask asked aspects assertions assigned assisted assume \
        athletics attempts attorneys au audio-video author authorities averages awards ballets band basic \
        bat behind being believe belongs besides better between beyond bidders bids bipartisan blame blond \
        blood bond borrowings bouncers boutique boy breaking broader brokerage brokers buried businesses \
        businessmen buyer call calling came car carries catches cemetery censure certainly chagrined \
        challengers citing citizenship cloud colleagues collecting combined comedy commissions compared \
        competing competitors completion concedes concerns confidential consider considered considering \
        consumption continent continued continuing contributing contributors corporation corporations \
        costly counting coupled created credit-card critics crying currently day-care dealers debut \
        defendants definitive denial dependency depending described describing details determinations \
        developed developers die differences different directing disappointing dish diverse diving \
        do-it-yourself documents dodge does doesn domestic dozens dumping earlier early earning eased \
        eight either empire employed employer employers enabling equally especially estimated eventually \
        ever evidence examples excess excluding expertise experts expired extraordinarily faced falling \
        famous fans favorite fellow females fewer figures final finally fiscal-year fliers flimsy flying \
        follow following follows forget formed formerly formulated forward founded founders frequent \
        frustrated fully furthermore gainers gasoline girl girls given global going government-sponsored \
        gratitude greatest guests guinea guy hanging hasn headlines heating helped hence her here \
        high-yield historian historic historically hog holds home-equity honor hoping hot ideal ideally \
        ignore important include including increased incredible indeed independent indications individuals \
        informed initial inside instead instrument intellectuals interior interpretations invariably \
        inventories inventory jeans journalists junior killed known language lately launched lawmakers le \
        leaders leading lean lesser lie lifting likewise liquor lives located location long-distance \
        long-term looking lovastatin lover lowering maintaining majestic man-hours manufactured maquila \
        maquilas massive maturing meals meantime member mild missed monopoles moreover morning mother \
        narrower nasty nationally native naturally negotiating neither nervousness nevertheless \
        nonetheless nor note nowhere numbers numerous obsessional occasionally occupation occupied \
        occurred officer offsetting on-site opponents origin original originally originated otherwise \
        outboard outgoing overall overdue overwhelmed owned owner paced painful participants participating \
        particularly partly passed patients peak pending per-share percentage performances performing \
        performs places planet platinum play played player playing plays pointing political politicians \
        polls position possibly precious preferred pressed presumably previous previously priced prince \
        prior private pro proceeds produced produces product profession profitable program promotions \
        proponents prove province proving provisions psychologists purchasers pushing put racquets range \
        rarely recent recently regardless region regularly released reliable relief religion religious \
        relocating remember repeated represented researchers residential resolution responding restaurants \
        restraining restricting results retired ribaminol right rising rivalry romance romantic roses \
        rural sad seasonally seeing seldom selling senators separately settling seven seventh sharply \
        shelf shipping shooting shortly shouting signaling similarly single-family sitting skeptics \
        sluggish smaller so somehow someone sometime sometimes son soon source soybean speak speaks \
        specialized specializes specifically speculation spending spillover spinning spirit spoke spoken \
        spokesmen sponsorship sport squash started still stopping strength strict striking strongly studio \
        subsequently succeeding succumbed such sucralose suddenly sufficient summit supply-siders \
        supported surely surrounded surveys team technological ten terms territory thereafter therefore \
        things though through thus title together toll-free tomorrow took tourist trademark tradition \
        traditionally tragic trained triumph true try trying turnout typically ultimately understand \
        undoubtedly unfortunately unions unknown unleaded unless unlike unsecured us using vacations \
        values various ve version visitors von voters wage walking waterfront weakness were wheat whenever \
        whereas whether which widely within without worked working writes written year-end yen-denominated \
        yes yesterday yet yields your
        """)

    /// Words that also have one inside names.
    static let sometimesCapitalized = words(
        """
        a abalone about according acquisitions action activity actually added additional administration \
        advanced advances advertising after again against age agency aides aids air airlines airport all \
        also although am amid among an analysts and another anti-apartheid any approval are area army \
        around arrested arsenal art arts as asbestos asset assets associated associates association at \
        auctions auto avenue average away b back bank bankers banks barbecue base based basketball battle \
        bay be beach bear because becomes been before beginning begun bell best big biggest bill black \
        blockbuster blue board bob bonds book boom born both broadcasters broadcasting brothers brown \
        budget building business but by c cable called cameras camp campaign can capital card careers \
        carrier case cash castle casualty category cattle center central chairman changes channel charges \
        chase chief children china church cities citizen citizens city civil class clearly clinical \
        closely club coast cocoa coffee college comedian coming commercial commissioner committee \
        commodity common communications communist community companies company competition computer concept \
        concern congress congressional consolidated consumer consumers corporate costs count country \
        county courts crazy credit crude currency current customers d dad data day de dean death declares \
        demand democratic department deputy der des despite development di did died digital director \
        directors disclosure disputes district do doctors don donors down dream drug du during each \
        earnings earth east eastern economists education efforts electric electronic electronics embassy \
        emphasize employees employment ended energy engine engineering entertainment environmental \
        equitable even events every everybody everyone everything exchange executives expectations exports \
        factors family fantasy far farm fed federal fees festival few field fifth fighting filing film \
        finance fine firms first five food football for force foreign foreigners former forum found \
        foundation four fourth fourth-quarter friends from full full-year funds further futures gains \
        gambling games gates general generation generic get getting go gold golden good government \
        governors grace grand grant granted gray great group growth guard guild gulf had half hall has \
        having he headquarters health held heritage high higher highway hills his history holders holiday \
        home hospital hotel house household housing how however ice if imports in increasingly industrial \
        industry inflation innocent insider institute institutional intelligence interest internal \
        international interstate introduction investigators investment investor investors is island \
        islands it its jazz judge just justice keeping king la labor lacy lake land last late later law \
        lawsuits lawyers lead league leaving less let life light like line linerboard little live load \
        local locals long look looks los loss lost love low lower lucky lumber machinery main major makers \
        man management manufacturers many march marine mark market marketing markets may maybe mayor me \
        meanwhile media medical members memory men mining minor minutes miss mission mixed modern monetary \
        money month more most mostly mount mountain mountains much museum mushroom music mutual my name \
        named national natural navy nearly net network never new news next night nine no nobody north \
        northern not now of office official officials offshore often oil on once one only open operating \
        operation operations opinion opposition or organization other others our out output outside over \
        overseas palace paper parents park part party past people perhaps pilots pioneer pizza place plans \
        players plus point police policy poor population pork post power president presidential press \
        price prices prime producer producers production professional profit profits programs progress \
        project property proposals public publishing purchase quarterly queen quest quick quite quotas \
        race radio railway rates rather re reached reading real really reason record records red \
        regulation regulators relations reliance reports republic research reserve reserves retail revenue \
        rival road rock route s said salaries sales say says school scientists scores sea seats second \
        secretary securities security see semiconductor semiconductors series service services several \
        shareholders shares she short-term should show signal since singer sir six sixth social socialist \
        society soft software sold some sophisticated sources south southern space speaker special split \
        sports staff standard star stars state states station statistical steel stock stocks stone stop \
        story street strong stronger students studios subject sugar suits summer sun superstitions supreme \
        sure sweet system take taken talk tax taxis teachers technology telecommunications telephone \
        television testimony tests that the their then theories there these they third this those \
        thousands three time times tire to today too top total tough tower town traders trading \
        transportation travel treasury treaty truffles tungsten turkey two under underwriters unemployment \
        union united units universal university until up used usually utilities van versatile video \
        viewers visit volume wages wall war was watch water way we weak week well west western what \
        whatever when where while white who whose why wild will windows winnings winter with women word \
        work workers works world would wouldn year year-ago year-earlier years you young
        """)

    private static func words(_ text: String) -> Set<String> {
        Set(text.split(separator: " ").map(String.init))
    }
}
