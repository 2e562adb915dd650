import XCTest
import remedi

/// Wrong command lines: the exact message, exit code 2, and nothing on standard output.
final class WrongUsageTests: XCTestCase {
    private func check(
        _ line: String, _ path: String, _ message: String, file: StaticString = #filePath, at: UInt = #line
    ) {
        check(line.split(separator: " ").map(String.init), path, message, file: file, at: at)
    }

    private func check(
        _ words: [String], _ path: String, _ message: String, file: StaticString = #filePath, at: UInt = #line
    ) {
        let run = TestRun(words)
        let command = path.isEmpty ? "remedi" : "remedi \(path)"
        XCTAssertEqual(
            run.diagnostics, "\(command): \(message)\n'\(command) --help' says what there is.\n", "\(words)",
            file: file, line: at)
        XCTAssertEqual(run.code, 2, "\(words)", file: file, line: at)
        XCTAssertEqual(run.output, "", "\(words)", file: file, line: at)
    }

    func testCommands() {
        check("trian", "", "there is no command 'trian'; did you mean train?")
        check(
            "juggle", "",
            "there is no command 'juggle'; there are train, eval, inspect, experiments, data, model, presubmit,"
                + " completions and manual")
        check("-v train", "", "there is no option -v")
        check("--versoin", "", "there is no option --versoin; did you mean --version?")
        check("inspect tokenss hi", "inspect", "there is no command 'tokenss'; did you mean tokens?")
        check("inspect --json", "inspect", "there is no option --json")
        check("eval generation", "eval", "there is no command 'generation'; there are gen, cls, ent and med")
        check("tokens hi", "", "there is no command 'tokens'; did you mean inspect tokens?")
    }

    /// Who names no command is shown which there are, but a script must not take that for success.
    func testWithoutACommand() {
        for path in [[], ["inspect"], ["data"]] {
            let run = TestRun(path)
            XCTAssertEqual(run.diagnostics, TestRun(path + ["--help"]).output, "\(path)")
            XCTAssertEqual(run.code, 2, "\(path)")
            XCTAssertEqual(run.output, "", "\(path)")
        }
    }

    func testOptions() {
        check("train --batchsize 16", "train", "there is no option --batchsize; did you mean --batch-size?")
        check("train --zzz", "train", "there is no option --zzz")
        check("train -x", "train", "there is no option -x")
        check("train -layers 1", "train", "there is no option -layers; did you mean --layers?")
        check("train -qv", "train", "there is no option -qv")
        check(
            "train --lam 1", "train",
            "--lam can be --lam-m, --lam-u, --lam-kl, --lam-norm or --lam-ess")
        check("train --wei", "train", "--wei can be --weight-decay or --weigh")
        check(
            "train --", "train",
            "EXPERIMENT is missing, or --experiment-name for results of your own settings")
        check("train -n", "train", "--experiment-name needs a value: --experiment-name NAME")
        check("train -n -q", "train", "--experiment-name needs a value: --experiment-name NAME")
        check("train --layers --quiet", "train", "--layers needs a value: --layers N")
        check("train counterfact more", "train", "'more' is one argument too many")
        check("train counterfact -- -q", "train", "'-q' is one argument too many")
    }

    func testValues() {
        check("train --batch-size 0", "train", "--batch-size: '0' is not a whole number from 1 to 65536")
        check(
            "train --batch-size=", "train",
            "--batch-size: an empty value is not a whole number from 1 to 65536"
        )
        check("train --batch-size 1.5", "train", "--batch-size: '1.5' is not a whole number from 1 to 65536")
        check("train --lr 0", "train", "--lr: '0' is not a number from 1e-30 to 1000")
        check("train --lr nan", "train", "--lr: 'nan' is not a number from 1e-30 to 1000")
        check("train --lam-m -1", "train", "--lam-m: '-1' is not a number from 0 to 1000000000")
        check("train --alpha much", "train", "--alpha: 'much' is not a number from -1000000000 to 1000000000")
        check("train --hold-out 1", "train", "--hold-out: '1' is not a number from 0 to 0.99")
        check("train -l 0 first", "train", "--layers: 'first' is not a layer: 'all', or numbers from 0 on")
        check(
            "train -t linaer", "train",
            "--editor-types: 'linaer' is not linear, biaffine, mlp, random or scalar;"
                + " did you mean linear?")
        check("train --kl sum", "train", "--kl: 'sum' is not batch or last-sample")
        check(
            "train --fp16 maybe", "train",
            "--fp16: 'maybe' is not true or false (or yes, no, on, off, 1, 0)")
        check(
            "train --shuffle=perhaps", "train",
            "--shuffle: 'perhaps' is not true or false (or yes, no, on, off, 1, 0)")
        check(
            "train --quiet=yes", "train",
            "--quiet: 'yes' is not true or false (or yes, no, on, off, 1, 0)")
        check(
            "train --device tpu", "train",
            "--device: 'tpu' is not a device: auto, cpu, cuda or cuda:N; did you mean cpu?")
        check(
            "train --device cuda:-1", "train",
            "--device: 'cuda:-1' is not a device: auto, cpu, cuda or cuda:N")
        check(
            "train --cache-memory lots", "train",
            "--cache-memory: 'lots' is not a number of bytes, such as 512M or 2G, at most 1024T")
        check("train --seed -3", "train", "--seed: '-3' is not a whole number from 0 to 18446744073709551615")
        check(
            "train -d counterfacts", "train",
            "--dataset: 'counterfacts' is not counterfact, winoventi, biosbias or mcrae;"
                + " did you mean counterfact?")
        check(
            ["train", "-n", ""], "train",
            "--experiment-name: an empty value is not a text of at least one character")
        check(
            "presubmit tests", "presubmit",
            "STEP: 'tests' is not format, lint, fixtures, mutations, configs, kernels, build or test; did you mean test?"
        )
    }

    func testCombinations() {
        check(
            "train", "train", "EXPERIMENT is missing, or --experiment-name for results of your own settings")
        check("eval gen", "eval gen", "DATASET is missing")
        check(
            "eval gen counterfact --baseline prefix -e x", "eval gen",
            "--baseline and --editors-dir exclude each other")
        check(
            "eval gen counterfact --baseline prefix -l 1", "eval gen",
            "--baseline and --layers exclude each other")
        check("eval gen counterfact -n x", "eval gen", "--editors-dir is missing")
        check(
            "eval gen sonnets -n x", "eval gen",
            "DATASET: 'sonnets' is not counterfact, winoventi, biosbias or mcrae")
        check(
            "eval gen counterfact --json --format csv", "eval gen", "--json and --format exclude each other")
        check(
            "eval gen biosbias --contexts contextual --decontextualized", "eval gen",
            "--decontextualized and --contexts exclude each other")
        check(
            "eval gen biosbias --max-length 9 --max-new-tokens 3", "eval gen",
            "--max-length and --max-new-tokens exclude each other")
        check(
            "eval gen biosbias -b efficacy", "eval gen", "--benchmarks means nothing for biosbias")
        check(
            "eval gen biosbias --baseline prefix", "eval gen", "--baseline prefix means nothing for biosbias")
        check(
            "eval gen counterfact --top-k-labels 2", "eval gen",
            "--top-k-labels means nothing for counterfact")
        check(
            "eval cls counterfact --top-k-labels 2", "eval cls",
            "--top-k-labels means nothing for counterfact")
        check("inspect tokens", "inspect tokens", "TEXT is missing")
        check("inspect tokens a b", "inspect tokens", "'b' is one argument too many")
        check("inspect predict", "inspect predict", "PROMPT is missing")
        check("inspect editor", "inspect editor", "--editors-dir is missing")
    }
}
