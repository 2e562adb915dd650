import LanguageModels

/// Where a training stands, between two batches.
struct TrainingState: Sendable, Equatable {
    /// The epoch in progress; 0 only measures.
    var epoch = 0
    /// How many of its training batches are done.
    var batch = 0
    /// Optimizer steps taken.
    var steps = 0
    /// The training loss of the epoch in progress.
    var train = LossMean()
    /// Seconds spent on the epoch in progress.
    var seconds = 0.0
    var stopping = EarlyStopping()
    var records: [EpochRecord] = []
    /// Nothing is left to do.
    var isFinished = false

    init() {}

    func json(_ weights: LossWeights) -> JSONValue {
        [
            "epoch": .integer(epoch), "batch": .integer(batch), "steps": .integer(steps),
            "train": train.sum.json(weights), "train_weight": .number(train.weight),
            "seconds": .number(seconds), "stopping": stopping.json,
            "records": .array(records.map { $0.json(weights) }), "finished": .bool(isFinished),
        ]
    }

    init?(json: JSONValue) {
        guard let epoch = json["epoch"]?.integer, let batch = json["batch"]?.integer,
            let steps = json["steps"]?.integer, let sum = json["train"].flatMap(LossTerms.init(json:)),
            let weight = json["train_weight"]?.double, let seconds = json["seconds"]?.double,
            let stopping = json["stopping"].flatMap(EarlyStopping.init(json:)),
            let records = json["records"]?.array, let isFinished = json["finished"]?.bool,
            epoch >= 0, batch >= 0, steps >= 0
        else { return nil }
        self.epoch = epoch
        self.batch = batch
        self.steps = steps
        train = LossMean(sum: sum, weight: weight)
        self.seconds = seconds
        self.stopping = stopping
        self.records = records.compactMap(EpochRecord.init(json:))
        self.isFinished = isFinished
        guard self.records.count == records.count else { return nil }
    }
}

/// Decides when to stop: when the validation loss has failed to improve more than `patience` times in a row.
struct EarlyStopping: Sendable, Equatable {
    private(set) var bestLoss: Double?
    private(set) var bestEpoch = 0
    private(set) var failures = 0

    init() {}

    /// Takes an epoch's validation loss, nil if nothing validates: then every epoch is the best so far.
    /// - Returns: whether this epoch is the best so far.
    mutating func observe(_ loss: Double?, epoch: Int) -> Bool {
        if let loss, let bestLoss, loss >= bestLoss {
            failures += 1
            return false
        }
        bestLoss = loss
        bestEpoch = epoch
        failures = 0
        return true
    }

    func stops(patience: Int) -> Bool { failures > patience }

    var json: JSONValue {
        [
            "best_loss": bestLoss.map { .number($0) } ?? .null, "best_epoch": .integer(bestEpoch),
            "failures": .integer(failures),
        ]
    }

    init?(json: JSONValue) {
        guard let bestEpoch = json["best_epoch"]?.integer, let failures = json["failures"]?.integer
        else { return nil }
        bestLoss = json["best_loss"]?.double
        self.bestEpoch = bestEpoch
        self.failures = failures
    }
}

/// The figures of one epoch; a line of `metrics.jsonl`.
package struct EpochRecord: Sendable, Equatable {
    package var epoch: Int
    package var train: LossTerms
    /// nil if nothing validates.
    package var validation: LossTerms?
    package var seconds: Double

    package func json(_ weights: LossWeights) -> JSONValue {
        [
            "epoch": .integer(epoch), "train": train.json(weights),
            "validation": validation.map { $0.json(weights) } ?? .null, "seconds": .number(seconds),
        ]
    }

    init(epoch: Int, train: LossTerms, validation: LossTerms?, seconds: Double) {
        self.epoch = epoch
        self.train = train
        self.validation = validation
        self.seconds = seconds
    }

    init?(json: JSONValue) {
        guard let epoch = json["epoch"]?.integer, let train = json["train"].flatMap(LossTerms.init(json:)),
            let seconds = json["seconds"]?.double
        else { return nil }
        self.epoch = epoch
        self.train = train
        validation = json["validation"].flatMap(LossTerms.init(json:))
        self.seconds = seconds
    }
}
