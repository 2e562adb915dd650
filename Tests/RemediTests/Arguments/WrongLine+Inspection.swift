extension WrongLine {
    static let ofInspectionAndTheRest: [WrongLine] = [
        WrongLine(
            "inspect edit -m demo -t identity -l 9 --entity a --attribute b --prompt a", "inspect edit",
            "layer 9 is not there: demo has layers 0 to 5"),
        WrongLine(
            "inspect edit -m demo -t identity -l 2 --entity a --prompt a", "inspect edit",
            "--attribute is missing"),
        WrongLine(
            "inspect edit -m demo -l 2 --entity a --attribute b --prompt a", "inspect edit",
            "--editors-dir is missing"),
        WrongLine(
            "inspect edit -m demo -t identity -l 2 --entity a --attribute b --prompt a --temperature 2",
            "inspect edit",
            "--temperature needs --top-k"),
        WrongLine(
            "inspect probe -m demo -l 2 --entity a --prompt a --attribute b", "inspect probe",
            "--editors-dir is missing"),
        WrongLine(
            "inspect predict -m demo --top 0 a", "inspect predict",
            "--top: '0' is not a whole number from 1 to 1000000000"),
        WrongLine(
            "inspect predict -m gpt2@main --revision step2 a@b", "inspect predict",
            "--model gpt2@main names a revision other than --revision step2"),
        WrongLine(
            "inspect tokens --revision v1 -m EleutherAI/pythia-70m@v2 a", "inspect tokens",
            "--model EleutherAI/pythia-70m@v2 names a revision other than --revision v1"),
        WrongLine(
            "inspect tokens", "inspect tokens",
            "TEXT is missing"),
        WrongLine(
            "inspect tokens -m demo --occurrence -1 a", "inspect tokens",
            "--occurrence: '-1' is not a whole number from 0 to 1000000000"),
        WrongLine(
            "inspect model -m demo -l 77", "inspect model",
            "layer 77 is not there: demo has layers 0 to 5"),
        WrongLine(
            "inspect device --quick", "inspect device",
            "--quick needs --selftest"),
        WrongLine(
            "inspect data -d winoventy", "inspect data",
            "--dataset: 'winoventy' is not counterfact, winoventi, biosbias or mcrae; did "
                + "you mean winoventi?"),
        WrongLine(
            "inspect data --split trainng", "inspect data",
            "--split: 'trainng' is not evaluation, training or all; did you mean training?"),
        WrongLine(
            "inspect data --id 3 --first 2", "inspect data",
            "--id and --first exclude each other"),
        WrongLine(
            "inspect directions -m demo -t identity -l 9 -o x.pth", "inspect directions",
            "layer 9 is not there: demo has layers 0 to 5"),
        WrongLine(
            "inspect directions -m demo -t identity -o x.pth", "inspect directions",
            "--output: 'x.pth' is not the name of a folder, which more than one layer needs"),
        WrongLine(
            "inspect editor", "inspect editor",
            "--editors-dir is missing"),
        WrongLine(
            "inspect run --compare one", "inspect run",
            "--compare: 'one' is not a pair of two values"),
        WrongLine(
            "inspect run --html", "inspect run",
            "--html needs a value: --html FILE"),
        WrongLine(
            "experiments show counterfact", "experiments show",
            "there is no experiment 'counterfact'; did you mean dump.counterfact, "
                + "eval.cls.counterfact, eval.gen.counterfact, eval.med.counterfact, "
                + "sweep.cls.counterfact, sweep.gen.counterfact or train.counterfact?",
            hint: "'remedi experiments list' lists them."),
        WrongLine(
            "experiments show train.counterfat", "experiments show",
            "there is no experiment 'train.counterfat'; did you mean train.counterfact?",
            hint: "'remedi experiments list' lists them."),
        WrongLine(
            "experiments run eval.gen.demo --set benchmraks=efficacy", "experiments run",
            "eval.gen.demo has no setting 'benchmraks'; did you mean benchmarks?",
            hint: "'remedi experiments show eval.gen.demo' lists them."),
        WrongLine(
            "experiments run train.demo --set sead=3", "experiments run",
            "train.demo has no setting 'sead'; did you mean seed?",
            hint: "'remedi experiments show train.demo' lists them."),
        WrongLine(
            "experiments run train.demo --json", "experiments run",
            "--json means nothing for train.demo"),
        WrongLine(
            "experiments run demo -n x", "experiments run",
            "--experiment-name cannot be given for demo, which is several experiments"),
        WrongLine(
            "experiments run eval.gen.demo --set seed", "experiments run",
            "--set: 'seed' is not KEY=VALUE"),
        WrongLine(
            "experiments run eval.gen.demo --set batch-size=none", "experiments run",
            "--set batch-size: 'none' is not a whole number from 1 to 65536"),
        WrongLine(
            "experiments status tran.demo", "experiments status",
            "there is no experiment 'tran.demo'; did you mean train.demo?",
            hint: "'remedi experiments list' lists them."),
        WrongLine(
            "data download winoventy", "data download",
            "NAME: 'winoventy' is not counterfact, snippets, idf, vocabulary, winoventi, "
                + "biosbias, mcrae or all; did you mean winoventi?"),
        WrongLine(
            "data reformat -d mcray", "data reformat",
            "--dataset: 'mcray' is not counterfact, winoventi, biosbias or mcrae; did you "
                + "mean mcrae?"),
        WrongLine(
            "model list all", "model list",
            "'all' is one argument too many"),
        WrongLine(
            "model random -m gtp2", "model random",
            "there is no model 'gtp2'; did you mean gpt2?",
            hint: "'remedi model list' lists those that are here."),
        WrongLine(
            "model import", "model import",
            "SOURCE is missing"),
        WrongLine(
            "completions bsh", "completions",
            "SHELL: 'bsh' is not bash, zsh or fish; did you mean bash?"),
        WrongLine(
            "presubmit tets", "presubmit",
            "STEP: 'tets' is not format, lint, fixtures, mutations, configs, kernels, build or test; did you mean "
                + "test?"),
        WrongLine(
            "manual --verbos", "manual",
            "there is no option --verbos"),
        WrongLine(
            ["train", "-n", ""], "train",
            "--experiment-name: an empty value is not a text of at least one character"),
        WrongLine(
            ["inspect", "predict", ""], "inspect predict",
            "PROMPT: an empty value is not a text of at least one character"),
    ]
}
