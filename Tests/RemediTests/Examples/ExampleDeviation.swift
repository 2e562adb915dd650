/// Where examples are not run just as they are written, and why.
enum ExampleDeviation {
    /// Options that make long work short.
    case shortened(String, by: String)
    /// The command cannot do here what it is to do: it ends with this code, and says this.
    case ends(String, code: Int, saying: String)
    /// The command is only parsed.
    case leftOut(String, because: String)

    /// Each is about all command lines that begin so.
    var start: String {
        switch self {
        case .shortened(let start, _), .ends(let start, _, _), .leftOut(let start, _): start
        }
    }

    static let all: [ExampleDeviation] = [
        .shortened("train demo", by: "--size 12 --batch-size 4"),
        .shortened("eval gen demo", by: "--size 12 --batch-size 4"),
        .shortened("eval cls demo", by: "--size 12 --batch-size 4"),
        .shortened("train -n", by: "--size 12 --max-epochs 1"),
        .shortened("eval gen counterfact -n", by: "--size 12"),
        // The statistics are those of a whole training split.
        .shortened("eval cls counterfact -n probe", by: "-f few.jsonl --split all"),
        .shortened("experiments run demo", by: "--set size=12 batch-size=4"),
        .shortened("train smollm2", by: "--size 12 --max-epochs 1"),
        .shortened("eval gen smollm2", by: "--size 4 --split all"),
        .shortened("experiments run eval.cls.counterfact", by: "--set split=all size=4"),
        .ends("experiments submit eval.gen.demo", code: 1, saying: "there is no sbatch"),
        .ends("data download counterfact", code: 1, saying: "is another file"),
        .ends("data download", code: 1, saying: "bytes where"),
        .ends("inspect device --device cuda", code: 1, saying: "No CUDA libraries were found"),
        .leftOut("presubmit", because: "it builds the package and runs these tests"),
    ]

    /// The part of the program's stand-in that is about these command lines.
    var script: String {
        "case \"$* \" in \"\(start) \"*)\n\(deed) ;; esac\n"
    }

    private var deed: String {
        switch self {
        case .shortened(_, let addition): "set -- \"$@\" \(addition)"
        case .leftOut: #"printf '%s\x1f' "$@" >>"$notes/left-out"; printf '\x1e' >>"$notes/left-out"; exit 0"#
        case .ends(_, let code, let message):
            """
            said="$("$program" "$@" 2>&1)" && ended=0 || ended=$?
            case "$ended $said" in "\(code) "*"\(message)"*) exit 0 ;; esac
            echo "$said" >&2; echo "ended with $ended" >&2; exit 99
            """
        }
    }
}
