extension DatasetName {
    package static let counterfact = DatasetName(DatasetForm.counterFact.name)
}

extension DatasetForm {
    /// CounterFact (Meng et al. 2022), and flat edits of the same kind.
    static let counterFact: DatasetForm = {
        var form = DatasetForm(
            file: hosted(
                "counterfact", "counterfact.json", "the CounterFact cases", 45_108_470,
                "d017056125178a13728594e66a801357a8db9ed7973a7425554bb4271de9fc6f"),
            rawFileNames: ["counterfact.json"], reformattedFileName: "counterfact.jsonl")
        form.helpers = [
            hosted(
                "snippets", "attribute_snippets.json", "texts about the targets of CounterFact", 926_285_719,
                "10b5c1cd105e54d5983c72de1b45bfc88bc7af786f7b99def2557886ff23385b"),
            hosted(
                "idf", "idf.npy", "inverse document frequencies", 11_042_168,
                "c073d642589d4ac6432f467230329b36364a01e72de63a77a3624b745b923dda"),
            hosted(
                "vocabulary", "tfidf_vocab.json", "the words of the frequencies", 31_639_072,
                "8a78c4f20d8d85dadfd14e283d71af255482ff18aa0eb8a81716024c05ff888b"),
        ]
        form.tasks = [.mediation]
        form.recordForm = { record, number, text in
            if record["requested_rewrite"] != nil { return try CounterFact.sample(of: record, text: text) }
            return FlatEdit.isOne(record) ? try FlatEdit(record, number: number).sample(text: text) : nil
        }
        form.recordForms =
            "a CounterFact case (requested_rewrite), a flat edit (subject, prompt, target_new)"
        form.relation = { $0.source?["requested_rewrite"]?["relation_id"]?.string }
        return form
    }()

    /// A file of the server from which CounterFact's authors hand it out.
    private static func hosted(
        _ name: String, _ fileName: String, _ summary: String, _ size: Int, _ sha256: String
    ) -> DataFile {
        DataFile(
            name: name, fileName: fileName, summary: summary, licence: "MIT",
            origin: .address("https://rome.baulab.info/data/dsets/" + fileName, size: size, sha256: sha256))
    }
}
