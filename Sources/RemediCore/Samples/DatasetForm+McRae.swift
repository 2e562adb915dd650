extension DatasetName {
    package static let mcrae = DatasetName(DatasetForm.mcRae.name)
}

extension DatasetForm {
    /// The feature norms of McRae et al. (2005).
    static let mcRae: DatasetForm = {
        let place = "https://doi.org/10.3758/BF03192726"
        let (fileName, raw) = ("mcrae.json", "CONCS_FEATS_concstats_brm.txt")
        var form = DatasetForm(
            file: DataFile(
                name: "mcrae", fileName: fileName, summary: "the McRae feature norms",
                licence: "not to be passed on",
                origin: .authors(
                    place: place,
                    advice: "the norms may not be passed on: fetch the supplement of the paper at \(place),"
                        + " then 'remedi data reformat -d mcrae -f \(raw)' makes \(fileName) of it")),
            rawFileNames: [raw, "mcrae.txt"], reformattedFileName: fileName)
        form.tasks = [.entailment]
        form.hasUnmediatedTargets = false
        form.reader = { dataset, file, first, norms in
            if first.isStartOfJSON { return false }
            try dataset.readMcRae(file, options: norms)
            return true
        }
        return form
    }()
}
