/// Command lines that are wrong, with the words that must be said.
///
/// `MINE` stands for the folder with configurations of the user's own.
struct WrongLine {
    let words: [String]
    /// The command that speaks.
    let command: String
    let message: String
    /// Where it says more is to be read.
    let hint: String

    init(_ line: String, _ command: String, _ message: String, hint: String? = nil) {
        self.init(line.split(separator: " ").map(String.init), command, message, hint: hint)
    }

    init(_ words: [String], _ command: String, _ message: String, hint: String? = nil) {
        self.words = words
        self.command = command.isEmpty ? "remedi" : "remedi " + command
        self.message = message
        self.hint = hint ?? "'\(self.command) --help' says what there is."
    }

    static let ofTrainingAndEvaluation: [WrongLine] = [
        WrongLine(
            "trian", "",
            "there is no command 'trian'; did you mean train?"),
        WrongLine(
            "tokens hi", "",
            "there is no command 'tokens'; did you mean inspect tokens?"),
        WrongLine(
            "inspect tokenss hi", "inspect",
            "there is no command 'tokenss'; did you mean tokens?"),
        WrongLine(
            "inspect --json", "inspect",
            "there is no option --json"),
        WrongLine(
            "eval generation", "eval",
            "there is no command 'generation'; there are gen, cls, ent and med"),
        WrongLine(
            "help trian", "",
            "there is no command 'trian'; did you mean train?"),
        WrongLine(
            "--versoin", "",
            "there is no option --versoin; did you mean --version?"),
        WrongLine(
            "--version now", "",
            "'now' is one argument too many"),
        WrongLine(
            "train --batchsize 16", "train",
            "there is no option --batchsize; did you mean --batch-size?"),
        WrongLine(
            "train --lam 1", "train",
            "--lam can be --lam-m, --lam-u, --lam-kl, --lam-norm or --lam-ess"),
        WrongLine(
            "train counterfact more", "train",
            "'more' is one argument too many"),
        WrongLine(
            "train counterfact -- -q", "train",
            "'-q' is one argument too many"),
        WrongLine(
            "train -n", "train",
            "--experiment-name needs a value: --experiment-name NAME"),
        WrongLine(
            "train -n x --lr fast", "train",
            "--lr: 'fast' is not a number from 1e-30 to 1000"),
        WrongLine(
            "train -n x --hold-out 1", "train",
            "--hold-out: '1' is not a number from 0 to 0.99"),
        WrongLine(
            "train -n x -t linaer", "train",
            "--editor-types: 'linaer' is not linear, biaffine, mlp, random or scalar; did "
                + "you mean linear?"),
        WrongLine(
            "train -n x --kl bacth", "train",
            "--kl: 'bacth' is not batch or last-sample; did you mean batch?"),
        WrongLine(
            "train -n x --keep bets", "train",
            "--keep: 'bets' is not best or last; did you mean best?"),
        WrongLine(
            "train -n x --compat refrence", "train",
            "--compat: 'refrence' is not remedi or reference; did you mean reference?"),
        WrongLine(
            "train -n x -d counterfcat", "train",
            "--dataset: 'counterfcat' is not counterfact, winoventi, biosbias or mcrae; did "
                + "you mean counterfact?"),
        WrongLine(
            "train -n x --device cud", "train",
            "--device: 'cud' is not a device: auto, cpu, cuda or cuda:N; did you mean cuda?"),
        WrongLine(
            "train -n x --device cuda:-1", "train",
            "--device: 'cuda:-1' is not a device: auto, cpu, cuda or cuda:N"),
        WrongLine(
            "train -n x --cache-memory lots", "train",
            "--cache-memory: 'lots' is not a number of bytes, such as 512M or 2G, at most 1024T"),
        WrongLine(
            "train -n x -m gtp2", "train",
            "there is no model 'gtp2'; did you mean gpt2?",
            hint: "'remedi model list' lists those that are here."),
        WrongLine(
            "train -n x -m demos", "train",
            "there is no model 'demos'; did you mean demo?",
            hint: "'remedi model list' lists those that are here."),
        WrongLine(
            "train -n x -m demo -l 14", "train",
            "layer 14 is not there: demo has layers 0 to 5"),
        WrongLine(
            "train -n x -m demo -l 0 al", "train",
            "--layers: 'al' is not a layer: 'all', or numbers from 0 on; did you mean all?"),
        WrongLine(
            "train counterfat", "train",
            "there is no experiment 'train.counterfat'; did you mean counterfact?",
            hint: "'remedi experiments list' lists them."),
        WrongLine(
            "train eval.gen.demo", "train",
            "there is no experiment 'train.eval.gen.demo'; did you mean 'remedi experiments "
                + "run eval.gen.demo'?",
            hint: "'remedi experiments list' lists them."),
        WrongLine(
            "train bad", "train",
            "MINE/train.bad.json: there is no setting 'max_epoch'; did you mean max_epochs?"),
        WrongLine(
            "train broken", "train",
            "MINE/train.broken.json, line 2: expected ':'"),
        WrongLine(
            "train", "train",
            "EXPERIMENT is missing, or --experiment-name for results of your own settings"),
        WrongLine(
            "eval gen counterfactt", "eval gen",
            "there is no experiment 'eval.gen.counterfactt'; did you mean counterfact?",
            hint: "'remedi experiments list' lists them."),
        WrongLine(
            "eval gen wrong", "eval gen",
            "MINE/eval.gen.wrong.json: split: 'tset' is not evaluation, training or all"),
        WrongLine(
            "eval gen counterfact -n x", "eval gen",
            "--editors-dir is missing"),
        WrongLine(
            "eval gen counterfact -n x -m demo --baseline prefx", "eval gen",
            "--baseline: 'prefx' is not prefix, replace or unedited; did you mean prefix?"),
        WrongLine(
            "eval gen counterfact --baseline prefix -l 1", "eval gen",
            "--baseline and --layers exclude each other"),
        WrongLine(
            "eval gen counterfact -n x --baseline unedited -b efficasy", "eval gen",
            "--benchmarks: 'efficasy' is not efficacy, rewrite, paraphrase, neighborhood, "
                + "generation or essence; did you mean efficacy?"),
        WrongLine(
            "eval gen counterfact -n x --conditions editted", "eval gen",
            "--conditions: 'editted' is not unedited, prefix, replace or edited; did you "
                + "mean edited?"),
        WrongLine(
            "eval gen counterfact --json --format csv", "eval gen",
            "--json and --format exclude each other"),
        WrongLine(
            "eval gen biosbias -b efficacy", "eval gen",
            "--benchmarks means nothing for biosbias"),
        WrongLine(
            "eval cls counterfact --normalize evalution", "eval cls",
            "--normalize: 'evalution' is not evaluation or train; did you mean evaluation?"),
        WrongLine(
            "eval cls counterfact --variants identiti", "eval cls",
            "--variants: 'identiti' is not editor, identity, control-task or control-model; "
                + "did you mean identity?"),
        WrongLine(
            "eval ent counterfact -n x", "eval ent",
            "DATASET: 'counterfact' is not mcrae"),
        WrongLine(
            "eval med biosbias", "eval med",
            "DATASET: 'biosbias' is not counterfact or winoventi"),
    ]
}
