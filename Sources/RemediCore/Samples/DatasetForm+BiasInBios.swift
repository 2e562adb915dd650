import LanguageModels

extension DatasetName {
    package static let biosbias = DatasetName(DatasetForm.biasInBios.name)
}

extension DatasetForm {
    /// Bias in Bios (De-Arteaga et al. 2019).
    static let biasInBios: DatasetForm = {
        let place = "https://github.com/microsoft/biosbias"
        let fileName = "biosbias.json"
        var form = DatasetForm(
            file: DataFile(
                name: "biosbias", fileName: fileName, summary: "the biographies of Bias in Bios",
                licence: "not to be passed on",
                origin: .authors(
                    place: place,
                    advice:
                        "the biographies may not be passed on: make BIOS.pkl with the scripts at \(place),"
                        + " then 'remedi data reformat -d biosbias -f BIOS.pkl' makes \(fileName) of it")),
            rawFileNames: ["biosbias.pkl", "BIOS.pkl", "bios.pkl"], reformattedFileName: fileName)
        form.scoring = .correction
        form.hasUnmediatedTargets = false
        form.reader = { dataset, file, first, _ in
            if first == nil || first.isStartOfJSON { return false }
            guard first == 0x80 else {
                throw RemediError.malformedData(
                    path: file.path, reason: "neither a pickle of protocol 2 to 5 nor sample objects")
            }
            try dataset.readBiosBias(file)
            return true
        }
        return form
    }()
}
