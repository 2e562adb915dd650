/// How English writes words: with a capital at the beginning of sentences only, or also inside them.
///
/// Counted by `Scripts/tables/capitals_table.py` in the prompts of CounterFact and the sentences of Winoventi, both
/// under the MIT licence, and in the documentation of Python 3.11's library, under the PSF licence.
extension PunktEnglish {
    /// Letters that are rarely words.
    static let initials = words(
        """
        b c d e f g h j k l m n p r s t w
        """)

    /// Words that have a capital at the beginning of sentences only.
    static let uncapitalized = words(
        """
        absolute accepts according acquire across actions actual actually adding addition additional adds \
        alias allows along alternative annotation another anything application applies apply arbitrary \
        area arg around assert assignments async asynchronous asyncio at attached attempt attempted \
        attribute augmented automatic automatically available await back based become bed been before \
        begin begins being below better bin bind bitmap blank block blocks bowl breakpoints broken browser \
        buffered buffet build built builtins but buttons byte bytecode bytes cache callback callbacks \
        calling can't cancelled candy cannot cases causes chain changed changes checks chocolate chunks \
        circular clean cleanup clipboard coffee colorizing column com command-line comments compare \
        compared comparing compatibility compatible compile complete components compound compute computed \
        concrete condition constants constructor contain contained container contains contents controls \
        conversion converts cookies copied corner coroutine couch counts coverage creating currently \
        custom customize dbm decode decoding decorator defaults defects define defined defines defining \
        del delay deleted delta depending depends derived describe destination details determine \
        dictionaries difference differences digits direct directories disabled dispatch displays \
        docstrings does doesn't doing don't done dotted drawing dropped dummy during each eating edit eg \
        email enable encode ending engine ensure entries equality equivalent errors especially etc \
        evaluate evaluates events every exact exactly exec executable executes executing execution exit \
        expired explicitly exponent extract fail fake fallback features file-like filenames fill finally \
        finder fit fix flat float floating flow focus follow followed following follows formal formats \
        forward found founded fragment frames fruit game generated getopt gets give given giving going \
        greater greatest had happens hashable have he heap helper her higher highlight hold holds hook \
        horizontal hostname however identifier identity idlelib ie ignored immediately immutable implement \
        implementations implements import imported imports in-place include included includes including \
        incomplete indicate indicating individual infinite initialize input inputs install instance \
        instances instantiate instantiating instead integer integers intended interesting invoke invokes \
        iteration its join keep keywords killed known lambda large leading least legacy len limit link \
        lists logging logical looking looks lookup lost lower made makes making many matched maximum mean \
        means mechanism member members memory messages metadata middle minimum minus missing mixed modify \
        modules month much mutable namespaces need needed neither nested nodes normally notation nothing \
        numbers occupation off official often once opening operator operators optionally orange ordering \
        originally overridden override overrides packages padding pairs paragraph parameters parent \
        parsing part partial particular passed passing passport paths per performance performs placed \
        plain pointed pointer popular portable position positional positive possible preceding prepare \
        previously prints priority problem processes processing produce produces programs prompt proper \
        properly properties provide provided provides providing quantize quote quoted quoted-printable \
        raised raises rather reached reading really received recommended recursive recursively refer \
        regardless regex registry regular related religious remainder remaining removed replacement \
        replacing represent representing represents requests requires reset responses restaurants resume \
        returned reverse routine runner runs runtime safe scope scripts selected selection selector send \
        separate sequences serve servers setting several shallow shared shutdown signal signals similar \
        simply since single sitting skin slice slicing small soon sort spaces specifying split sport stamp \
        starred starting starts static still strict strings strip structure style subclass subclasses \
        subprocess subscription subset successful sum supported supports symlinks tabs tag tags take taken \
        takes template temporary terminates testing their then therefore thin those threads timeout tiny \
        together toggle token tokens tool trailing transparent tries try trying tube tuples turn twin txt \
        typically typing undefined undo unique unit unittest unless unlike update upon upper usage useful \
        user-defined uses valid var various verbose vertical waiting walk was way whenever which widgets \
        will words wrap wrapper wraps writes writing written yield yields
        """)

    /// Words that also have one inside names.
    static let sometimesCapitalized = words(
        """
        abc about abstract accept access action active add added addr address addresses after again air \
        aliases all allow already also always amazing an and angle annotations any append applications are \
        args argument arguments arithmetic article as assignment attributes audio authentication author \
        auto backslash bad ball bar base basic basket be because becomes best big binary binding bitwise \
        blue board body boolean both bottom bound box boy break breakpoint buffer built-in button by call \
        callable called caller calls can cancel canvas capital capture car carry case certain change char \
        character characters chars charset check child children chunk city class classes clear client \
        close closed cls cmd co code codec cold collection collections color columns command commands \
        comment common comparison comparisons compiled completed complex computer config configuration \
        connect connection constant content context continue control convert cookie coordinates copy core \
        coroutines correct count counter country cp create created creates cup current cursor cut data \
        database date datetime day days de dead death debug debugger decimal decorators def default defect \
        definition delete deprecated description descriptors detail development di dialog dict dictionary \
        different digit direction directory disk display distribution district distutils divide division \
        do doc doctest document documentation dog domain double down dry dst due editor either element \
        elements else embedded empty encoding end ends enough enter entry enum environment error escape \
        evaluation even event example examples except exception exceptions execute exists expected \
        explicit expr expression extended extension extensions external extra factory fails failure fall \
        false family famous feature feed fetch field fields file filename files filter final find fine \
        fire first flag flags floor font foo food football for force form format formatted formatter \
        formatting four frame framework free friends from frozen ftp full func function functions further \
        future futures garden general generate generator generic get global go gold good got grammar \
        graphics green grid ground group groups guard handle handler handlers handles hard has hash header \
        headers height help here hex hidden hierarchy high his home honey host hot house how html http \
        https ibn ice id identifiers idle if iff ignore image implementation implementing important in \
        indent index indicates info information initial insert inside int integral interactive interface \
        internal interpreter invalid io ip iron is iso it it's item items iter iterable iterator json \
        juice junk just key keys keyword kind label lang language last later law le leave leaving left \
        lemburg length less level lib library life light like limited line lines list literal literals \
        little load loader local locale location lock log logger long look looked loop low machine mail \
        mailbox main make man manager managers map mapping mappings maps mark master match matches \
        matching math max may me meaning median menu message metaclass method methods min mock mode model \
        module more morning most mother mouse mouth move multiple music must my name names namespace \
        native needs negative network never new newline next no node none normal not note now number \
        numeric object objects of office offset ok old on one only op open operation operations option \
        optional options or order organization original os other others otherwise our out output over \
        package page pair paper parameter parse parser parsers pass password patch path pathname pattern \
        patterns pdb people perfect perform performing pine pipe place places plate platform play plus \
        point points policy population port pos power prefix primary print printing private process \
        program property protocol proxy public put py python query queue radio raise random range raw re \
        read read-only reader ready real reason recent record records red reference references register \
        relative release remove replace report representation request required reserved resolution \
        resource resources response rest result return returns right ring room root round rounded row \
        rules run running said same sample save scale screen script search second section see seek select \
        self sent sep separator sequence server service set sets setup shape sharp she shell shift should \
        show side sign signature simple size skip snow so socket soft some something source sources space \
        spam special specification specifies specify speed square st standard star start started stat \
        state statement states status stdout stop store stored straight stream string stuck sub subject \
        such suffix sugar suite super support sweet symbol syntax system systems tab target task tasks \
        tell terminal test tests text than that the them theme there these they this thread three time \
        timer times tk tkinter to tongue top total tourist trace traceback trademark transfer transport \
        tree true tuple turtle two type types under unicode unknown until up url use used user users using \
        usually utf uuid value values van variable variables version versions very view viewer virtual von \
        wait want warning water we week well what when where whether while whitespace who widget width \
        window windows with within without word work works writable write wsgi year years you your zero \
        zip
        """)
}
