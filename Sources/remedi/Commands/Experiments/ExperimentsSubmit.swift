import Foundation
import LanguageModels
import RemediCore

/// `experiments submit`: named experiments as jobs of Slurm.
package struct ExperimentsSubmit: Command {
    package static let name = "submit"
    package static let summary = "hands named experiments to Slurm as batch jobs"
    package static let discussion = [
        "Each experiment becomes a job that waits for the jobs it depends on: an evaluation waits for its"
            + " training, and is cancelled if that fails. A training of several layers becomes an array with a"
            + " task for each layer, unless its layers share one stream of random numbers.",
        "Jobs run this program in this folder with this environment. One that reaches its time limit saves its"
            + " work and goes back into the queue; so does one that is preempted where Slurm is set up so."
            + " Scripts and logs are in the results folders as slurm-*.sh and slurm-*.log; 'remedi experiments"
            + " status' shows the numbers of jobs.",
    ]

    package var given = GivenArguments<ExperimentsSubmit>()
    var experiments: [String] = []
    var run = ExperimentsRun()
    var request = SlurmRequest()
    var isRehearsal = false
    var isJSON = false

    package init() {}

    package static var positionals: [Positional<ExperimentsSubmit>] {
        [
            Positional(
                "NAME", \.experiments, .list(.text("NAME").suggesting(.experiments(prefix: ""))),
                help: "names of experiments, such as train.counterfact eval.gen.counterfact")
        ]
    }

    /// Options for a first run only, which a resumed job must not repeat, and for people only.
    private static let notForJobs: Set<String> = ["clear-results-dir", "overwrite", "format", "json"]

    package static var options: [Option<ExperimentsSubmit>] {
        ExperimentsRun.options.filter { !notForJobs.contains($0.name) }.map { $0.inside(\.run) }
            + SlurmArguments.options(in: \.request) + [
                Option(
                    "dry-run", \.isRehearsal, .flag, group: "Output",
                    help: "prints the scripts and submits nothing"),
                Option("json", \.isJSON, .flag, group: "Output", help: "writes JSON"),
            ]
    }

    package func check() throws(UsageError) {
        try run.check(given.contains)
        try SlurmArguments.check(
            request, isOnProcessor: run.runOptions.device.device == .cpu, given.contains)
        if experiments.count > 1, given.contains("experiment-name") {
            throw .notForGroups(name: "experiment-name", group: experiments.joined(separator: " "))
        }
    }

    /// Whether jobs ask for GPUs, in whichever way.
    private var asksForGPUs: Bool { request.gpus != nil || request.says(.gpus) }

    package func run(in surroundings: Surroundings) throws {
        var request = request
        if case .cuda = run.runOptions.device.device, !asksForGPUs { request.gpus = "1" }
        request.cores = run.runOptions.device.threads
        let jobs = try planned(in: surroundings)
        let scripts = try jobs.map { job in
            try BatchScript(
                job, request, program: surroundings.workplace.executable?.path ?? "remedi",
                workingFolder: surroundings.workplace.workingFolder,
                environment: surroundings.workplace.environment)
        }
        if isRehearsal { return try rehearse(jobs, scripts, surroundings) }
        try report(try submit(jobs, scripts, request, in: surroundings), to: surroundings)
    }

    /// The jobs of all experiments, in an order in which each comes after what it needs.
    private func planned(in surroundings: Surroundings) throws -> [BatchJob] {
        let own = Set(ExperimentsRun.options.map(\.name))
        var spelled = given.spelled.filter { own.contains($0.name) && $0.name != "json" }
        var run = run
        if asksForGPUs, !given.contains("device") {
            spelled.append(.init("device", ["cuda"]))
            run.runOptions.device.device = .cuda(0)
        }
        let request = run.request(spelled: spelled)
        let runner = ExperimentRunner(request, in: run.host(in: surroundings))
        var plan = BatchPlan(layersAtOnce: self.request.layersAtOnce)
        var names: [String] = []
        for name in experiments where !names.contains(name) {
            names.append(name)
            try runner.addJobs(for: request.resolve(name, in: surroundings.workplace), to: &plan)
        }
        return plan.jobs
    }

    // MARK: Submitting

    private struct Submitted {
        let entry: SubmittedJobs.Entry
        let job: BatchJob

        var log: String { job.log(number: entry.number) }
    }

    private func submit(
        _ jobs: [BatchJob], _ scripts: [BatchScript], _ request: SlurmRequest, in surroundings: Surroundings
    ) throws -> [Submitted] {
        let workplace = surroundings.workplace
        let sbatch = try Sbatch(environment: workplace.environment, workingFolder: workplace.workingFolder)
        try warnOfEarlierJobs(jobs, in: surroundings)
        var submitted: [Submitted] = []
        for (job, script) in zip(jobs, scripts) {
            try AtomicFile.makeFolder(job.folder)
            try AtomicFile.write(script.text, to: job.script)
            let after = job.after.map { submitted[$0].entry.number }
            let number = try sbatch.submit(
                job, request, after: after, submitted: submitted.map(\.entry.number))
            try AtomicFile.write(script.text, to: job.script(number: number))
            try FileManager.default.removeItem(at: job.script)
            let entry = SubmittedJobs.Entry(number: number, name: job.name, layers: job.layers, after: after)
            try SubmittedJobs.add(entry, to: job.folder)
            submitted.append(Submitted(entry: entry, job: job))
        }
        return submitted
    }

    /// Two jobs cannot work in one folder: the later one ends at once.
    private func warnOfEarlierJobs(_ jobs: [BatchJob], in surroundings: Surroundings) throws {
        let progress = ProgressDisplay(surroundings, verbosity: run.verbosity)
        var folders: Set<URL> = []
        for job in jobs where folders.insert(job.folder).inserted {
            let found = try SubmittedJobs(folder: job.folder)
            if found.isDamaged { progress.report(.warning(Messages.damagedJobs(in: job.folder))) }
            let earlier = found.entries.map(\.number)
            if earlier.isEmpty { continue }
            let numbers = (earlier.count == 1 ? "job " : "jobs ") + Messages.together(earlier)
            progress.report(
                .warning(
                    "\(job.folder.lastPathComponent) has \(numbers) from before: a new one fails while an"
                        + " earlier one runs"))
        }
    }

    private func report(_ submitted: [Submitted], to surroundings: Surroundings) throws {
        if isJSON {
            let list = submitted.map { item -> JSONValue in
                var object = item.entry.json.object ?? JSONObject()
                object["script"] = .string(item.job.script(number: item.entry.number).path)
                object["log"] = .string(item.log)
                return .object(object)
            }
            return try surroundings.write(.array(list))
        }
        var table = TextTable(columns: [
            .init("job"), .init("experiment"), .init("layers"), .init("after"), .init("log"),
        ])
        for item in submitted {
            table.add([
                item.entry.number, item.entry.name, Self.words(item.entry.layers),
                item.entry.after.joined(separator: " "), item.log,
            ])
        }
        try surroundings.write(table.text())
    }

    private static func words(_ layers: [Int]) -> String { layers.map(String.init).joined(separator: " ") }

    private func rehearse(
        _ jobs: [BatchJob], _ scripts: [BatchScript], _ surroundings: Surroundings
    ) throws {
        if isJSON {
            let list = zip(jobs, scripts).map { job, script -> JSONValue in
                [
                    "name": .string(job.name), "layers": .array(job.layers.map { .integer($0) }),
                    "after": .array(job.after.map { .string(jobs[$0].name) }),
                    "script": .string(script.text),
                ]
            }
            return try surroundings.write(.array(list))
        }
        let texts = zip(jobs.indices, scripts).map { index, script in
            let after = jobs[index].after.map { "\($0 + 1)" }
            let dependency = after.isEmpty ? "" : ", after job \(Messages.together(after))"
            return "# job \(index + 1) of \(jobs.count): \(jobs[index].name)\(dependency)\n" + script.text
        }
        try surroundings.write(texts.joined(separator: "\n"))
    }
}

extension ExperimentsSubmit {
    package static let examples = [
        ExampleLine(
            "prints the scripts of the jobs that it would submit",
            "remedi experiments submit demo --dry-run"),
        ExampleLine(
            "trains and evaluates on a cluster's GPUs",
            "remedi experiments submit eval.gen.demo --with-dependencies \\\n"
                + "    --partition gpu --gpus 1 --time 12:00:00"),
    ]
}
