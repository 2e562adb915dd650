extension DatasetName {
    package static let winoventi = DatasetName(DatasetForm.winoventi.name)
}

extension DatasetForm {
    /// Winoventi (Do and Pavlick 2021).
    static let winoventi: DatasetForm = {
        let fileName = "winoventi_bert_large_final.tsv"
        var form = DatasetForm(
            file: DataFile(
                name: "winoventi", fileName: fileName, summary: "the Winoventi cases", licence: "MIT",
                origin: .address(
                    "https://raw.githubusercontent.com/commonsense-exception/commonsense-exception/main/data/"
                        + fileName, size: 519_831,
                    sha256: "5ad0bc664e17c05b87fdc608d40caa104feaf6c788d7a0040538b44d227b5f1d")),
            rawFileNames: [fileName], reformattedFileName: "winoventi.jsonl")
        form.tasks = [.mediation]
        form.reader = { dataset, file, first, _ in
            if first.isStartOfJSON { return false }
            try dataset.readWinoventi(file)
            return true
        }
        return form
    }()
}
