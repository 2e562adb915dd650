extension Commands {
    /// What a newcomer may try first.
    package static let examples = [
        ExampleLine(
            "shows what an edit does, with a model and data from inside the program",
            "remedi experiments run demo"),
        ExampleLine(
            "asks a model what comes next", #"remedi inspect predict -m demo "Hernwin Tharnmund plays the""#),
        ExampleLine(
            "trains an editor with settings of your own", "remedi train -n first -m demo -l 2 --size 200"),
    ]
}

extension TrainCommand {
    package static let examples = [
        ExampleLine("trains the editor of a named experiment", "remedi train demo"),
        ExampleLine(
            "trains two editors with settings of your own, into results/mine",
            "remedi train -n mine -m demo -l 1 2 --size 200 --max-epochs 3"),
        ExampleLine(
            "compares kinds of editor at one layer",
            "remedi train -n kinds -m demo -l 2 -t linear biaffine mlp --size 200 \\\n    --max-epochs 3"),
    ]
}

// MARK: - eval

extension EvalGenCommand {
    package static let examples = [
        ExampleLine("measures the editor that 'remedi train demo' made", "remedi eval gen demo"),
        ExampleLine(
            "measures the model without an editor, on 50 samples",
            "remedi eval gen counterfact -n plain -m demo --baseline unedited --size 50"),
        ExampleLine(
            "measures one benchmark with editors of results/mine",
            "remedi eval gen counterfact -n mine-gen -m demo -e results/mine -b efficacy \\\n    --size 50"),
    ]
}

extension EvalClsCommand {
    package static let examples = [
        ExampleLine("measures with the editor that 'remedi train demo' made", "remedi eval cls demo"),
        ExampleLine(
            "keeps the training split's statistics, which 'remedi inspect probe' needs",
            "remedi eval cls counterfact -n probe -m demo --normalize train \\\n"
                + "    -e results/demo_editors_counterfact_demo"),
    ]
}

extension EvalEntCommand {
    package static let examples = [
        ExampleLine(
            "measures what the context alone changes, on 30 samples",
            "remedi eval ent mcrae -n features -m demo --split all --size 30 \\\n    --baseline prefix")
    ]
}

extension EvalMedCommand {
    package static let examples = [
        ExampleLine("counts on 100 samples", "remedi eval med counterfact -n contexts -m demo --size 100")
    ]
}

// MARK: - inspect

extension InspectModel {
    package static let examples = [
        ExampleLine("shows a model", "remedi inspect model -m demo"),
        ExampleLine(
            "plans training on a GPU, of a model that is not here yet",
            "remedi inspect model -m gptj --memory --device cuda"),
    ]
}

extension InspectDevice {
    package static let examples = [
        ExampleLine("shows what there is", "remedi inspect device"),
        ExampleLine("tests the processor", "remedi inspect device --device cpu --selftest --quick"),
        ExampleLine("tests a GPU, and measures its speed", "remedi inspect device --device cuda --selftest"),
    ]
}

extension InspectTokens {
    package static let examples = [
        ExampleLine(
            "shows the tokens of a name in a sentence",
            #"remedi inspect tokens -m demo --substring Tharnmund "Hernwin Tharnmund plays""#)
    ]
}

extension InspectPredict {
    package static let examples = [
        ExampleLine(
            "shows five tokens each for two prompts",
            "remedi inspect predict -m demo --top 5 \"Hernwin Tharnmund plays the\" \\\n"
                + "    \"Hernwin Tharnmund works as a\"")
    ]
}

extension InspectEdit {
    package static let examples = [
        ExampleLine(
            "edits with the editor that 'remedi train demo' made",
            "remedi inspect edit -m demo -e results/demo_editors_counterfact_demo -l 3 \\\n"
                + "    --entity \"Hernwin Tharnmund\" --attribute \"plays the lute\" \\\n"
                + "    --prompt \"Hernwin Tharnmund practises every day on the\"")
    ]
}

extension InspectProbe {
    package static let examples = [
        ExampleLine(
            "asks behind 'remedi eval cls counterfact … --normalize train' (see there)",
            "remedi inspect probe -m demo -e results/demo_editors_counterfact_demo -l 3 \\\n"
                + "    --entity \"Hernwin Tharnmund\" --prompt \"Hernwin Tharnmund plays the\" \\\n"
                + "    --attribute \"plays the lute\" \"plays the drum\"")
    ]
}

extension InspectEditor {
    package static let examples = [
        ExampleLine(
            "shows the editor that 'remedi train demo' made",
            "remedi inspect editor -e results/demo_editors_counterfact_demo")
    ]
}

extension InspectData {
    package static let examples = [
        ExampleLine("shows the demonstration's facts", "remedi inspect data -f demo"),
        ExampleLine(
            "shows five pairs of Winoventi's form", "remedi inspect data -d winoventi -f demo --first 5"),
    ]
}

extension InspectDirections {
    package static let examples = [
        ExampleLine(
            "writes the directions of 100 samples",
            "remedi inspect directions -m demo -e results/demo_editors_counterfact_demo \\\n"
                + "    -l 3 --size 100 -o directions.safetensors")
    ]
}

extension InspectRun {
    package static let examples = [
        ExampleLine(
            "shows tables and writes a page of what 'remedi eval gen demo' found",
            "remedi inspect run demo_eval_gen_counterfact_demo --html report.html"),
        ExampleLine(
            "compares two conditions on the same samples",
            "remedi inspect run --compare demo_eval_gen_counterfact_demo/prefix \\\n"
                + "    demo_eval_gen_counterfact_demo/linear/3"),
    ]
}

// MARK: - experiments

extension ExperimentsList {
    package static let examples = [ExampleLine("lists them", "remedi experiments list")]
}

extension ExperimentsShow {
    package static let examples = [
        ExampleLine("shows the paper's settings for CounterFact", "remedi experiments show train.counterfact")
    ]
}

extension ExperimentsRun {
    package static let examples = [
        ExampleLine("trains, measures, and writes results/demo.html", "remedi experiments run demo"),
        ExampleLine(
            "runs an evaluation with other settings, and trains its editor first",
            "remedi experiments run eval.gen.demo --with-dependencies -n small \\\n    --set size=50 benchmarks=efficacy,paraphrase"
        ),
    ]
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

extension ExperimentsStatus {
    package static let examples = [
        ExampleLine("shows those of which something is there", "remedi experiments status"),
        ExampleLine("shows all of a group", "remedi experiments status demo"),
    ]
}

// MARK: - data and model

extension DataList {
    package static let examples = [ExampleLine("lists them", "remedi data list")]
}

extension DataDownload {
    package static let examples = [
        ExampleLine("fetches one data set", "remedi data download winoventi"),
        ExampleLine(
            "fetches what generation is compared with", "remedi data download snippets idf vocabulary"),
    ]
}

extension DataReformat {
    package static let examples = [
        ExampleLine(
            "makes samples of the demonstration's facts", "remedi data reformat -f demo -o samples.jsonl")
    ]
}

extension ModelList {
    package static let examples = [ExampleLine("lists them", "remedi model list")]
}

extension ModelDownloadCommand {
    package static let examples = [
        ExampleLine("fetches GPT-2 into the cache", "remedi model download gpt2"),
        ExampleLine(
            "fetches any model of the hub into a folder",
            "remedi model download EleutherAI/pythia-70m -o models/pythia-70m"),
    ]
}

extension ModelRandom {
    package static let examples = [
        ExampleLine("makes models/demo_random", "remedi model random -m demo")
    ]
}

extension ModelImportCommand {
    package static let examples = [
        ExampleLine(
            "turns what 'remedi model download gptj' fetched into safetensors",
            "remedi model import gptj -o models/gptj-safetensors")
    ]
}

// MARK: - the rest

extension PresubmitCommand {
    package static let examples = [
        ExampleLine("checks everything, inside the package's folder", "remedi presubmit"),
        ExampleLine("puts the sources' format right", "remedi presubmit --fix format"),
    ]
}

extension ShellCompletions {
    package static let examples = [
        ExampleLine("completes in this shell", #"eval "$(remedi completions bash)""#)
    ]
}

extension ManualCommand {
    package static let examples = [
        ExampleLine("reads the manual", "remedi manual > remedi.1 && man ./remedi.1")
    ]
}
