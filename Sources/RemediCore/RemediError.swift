/// Errors of a run of REMEDI.  Cases carry facts; the binary words them.
package enum RemediError: Error, Equatable, Sendable {
    case entityNotInPrompt(entity: String, prompt: String, sample: String)
    case attributeNotInContext(attribute: String, context: String, sample: String)
    /// The loss is not finite; the editor saved last stays.
    case nonFiniteLoss(epoch: Int, samples: [String])
    /// The model, or an editor, gives numbers that are not finite; for `samples`, if that is known.
    case notFinite(samples: [String])
    case editorMissing(path: String)
    /// An editor made for something else; `reason` is a phrase: "hidden size 768, the model has 576".
    case editorMismatch(path: String, what: String, expected: String, found: String)
    case editorNotTrainable(type: String)
    /// No statistics of the training split are kept with the editor.
    case normalizerMissing(path: String)
    /// Statistics that do not match their checksum.
    case normalizerDamaged(path: String)
    /// Statistics of something else; `what` as in `editorMismatch`.
    case normalizerMismatch(path: String, what: String, expected: String, found: String)
    /// A results folder holds files of a run with other options.
    case resultsDiffer(path: String, differences: [String])
    case folderLocked(path: String, owner: String)
    case noSamples(dataset: String, split: String, count: Int)
    /// All of `samples` validate or are left out.
    case nothingToTrainOn(samples: Int, heldOut: Int, leftOut: [LeftOut])
    /// A folder without a file of results.
    case noResults(path: String)
    /// Two runs without a metric of the same samples.
    case nothingToCompare(first: String, second: String)
    case malformedData(path: String, reason: String)
    /// Files that consistency is measured with are not in the data folder.
    case referenceTextsMissing(folder: String, files: [String])
    case malformedConfiguration(path: String, reason: String)
    case unwritable(path: String, reason: String)
    /// An editor that was trained on something else than the training split at hand.
    case otherSamples(editor: String)
    /// Stopped by a signal after saving.
    case interrupted(signal: Int32)
    /// Stopped by a signal before anything was written, or anything of a part.
    case abandoned(signal: Int32, part: String? = nil)
}
