/// Words that English writes with a full stop, in lower case and without the last stop.
///
/// Written by hand.  Words that are as common without a stop ("ill", "mass", "wash") are left out.
enum EnglishAbbreviations {
    /// A name follows them.
    static let titles = words(
        """
        mr mrs ms messrs dr prof st ste fr rev hon pres gov sen rep gen lt col maj capt cpt cmdr adm sgt cpl \
        pvt supt insp mme mlle mt ft
        """)

    /// A name or a rank follows these, which are rarer.
    static let ranks = words(
        "amb atty brig cdr cmdt comdr cong gens lieut ltc mgr mons msgr ofc pfc profs reps sens ssgt")

    static let months = words("jan feb mar apr jun jul aug sep sept oct nov dec")

    static let weekdays = words("mon tue tues wed weds thu thur thurs fri")

    /// Firms and institutions.
    static let companies = words("inc ltd co corp bros llc plc dept univ assn")

    static let institutions = words("acad admin assoc cie cos ctr dist div intl mfg mgmt natl svc")

    /// After a person's name.
    static let suffixes = words("jr sr esq phd")

    static let degrees = words("b.a b.s b.sc m.a m.b.a m.s m.sc ph.d j.d d.phil ll.b r.n c.p.a")

    /// American states and Canadian provinces.
    static let states = words(
        """
        ala ariz calif colo conn fla ga kan kans ky md mich minn mont neb nebr nev okla penn tenn va vt wis \
        wisc wyo n.c n.d n.h n.j n.m n.y r.i s.c s.d w.va d.c b.c p.e.i
        """)

    /// Other places, and what stands in addresses.
    static let places = words("u.s u.s.a u.s.s.r u.k u.n u.a.e e.u l.a n.z p.r p.o ave pkwy rte bldg apt")

    static let times = words("a.m p.m a.d yr yrs mins")

    static let units = words("cm gal kg lb lbs mg mi ml mm oz cu mph")

    /// Forms of companies in other tongues.
    static let foreignCompanies = words("s.p.a s.a n.v b.v a.g s.r.l s.a.r.l a.s")

    /// Words between others; "e.g." and "etc." are not here.
    static let links = words("vs v r.i.p p.s v.p c.o.d f.o.b r.b.i d.j")

    private static func words(_ text: String) -> Set<String> { PunktEnglish.words(text) }
}
