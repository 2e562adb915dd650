import RemediCore
import XCTest
import remedi

/// Every sentence about downloads, word for word.
final class DownloadMessagesTests: XCTestCase {
    private func check(_ cases: [(DownloadError, String)], file: StaticString = #filePath, line: UInt = #line)
    {
        for (error, sentence) in cases {
            XCTAssertEqual(Messages.sentence(for: error), sentence, "\(error)", file: file, line: line)
        }
    }

    private func advice(_ name: String) throws -> String {
        try XCTUnwrap(DataFile.all.first { $0.name == name }?.advice)
    }

    func testAnswers() {
        check([
            (.notFound(url: "http://x/y"), "the server has no http://x/y"),
            (
                .refused(url: "http://x/y", code: 401, login: .missing),
                "the server refuses http://x/y (401): it needs a token, or the name is wrong; set HF_TOKEN to"
                    + " your token"
            ),
            (
                .refused(url: "http://x/y", code: 403, login: .shown),
                "the server refuses http://x/y (403): your token does not open it"
            ),
            (
                .refused(url: "http://x/y", code: 403, login: .none),
                "the server refuses http://x/y (403): it gives the file to nobody, or not to you"
            ),
            (
                .gated(url: "http://x/y", login: .missing),
                "http://x/y is given only to those who asked its owner on the model's page; then set HF_TOKEN"
                    + " to your token"
            ),
            (
                .gated(url: "http://x/y", login: .shown),
                "http://x/y is given only to those who asked its owner on the model's page; your token's owner"
                    + " has not, or not yet"
            ),
            (
                .busy(url: "http://x/y", seconds: nil),
                "the server has too much to do for http://x/y (429); try again later"
            ),
            (
                .busy(url: "http://x/y", seconds: 300),
                "the server has too much to do for http://x/y (429); it asks to wait 300 s"
            ),
            (.status(url: "http://x/y", code: 418), "the server answers http://x/y with code 418"),
            (
                .status(url: "http://x/y", code: 503),
                "the server answers http://x/y with code 503: something is wrong there; try again later"
            ),
            (
                .status(url: "http://x/y", code: 408),
                "the server answers http://x/y with code 408: it waited too long"
            ),
            (
                .status(url: "http://x/y", code: 407),
                "the server answers http://x/y with code 407: the proxy wants to know who asks"
            ),
            (
                .status(url: "http://x/y", code: 451),
                "the server answers http://x/y with code 451: it may not give it for legal reasons"
            ),
            (
                .tooManyRedirects(url: "http://x/y"),
                "http://x/y leads from one address to the next without end"
            ),
            (
                .insecureRedirect(url: "https://x/y", target: "http://z"),
                "https://x/y leads to http://z, which is not encrypted"
            ),
            (.malformed(url: "http://x/y", reason: "not JSON"), "http://x/y: not JSON"),
        ])
    }

    func testTransfers() {
        check([
            (
                .transfer(url: "http://x/y", reason: "Could not resolve host: x", received: 0, size: nil),
                "cannot fetch http://x/y: Could not resolve host: x"
            ),
            (
                .transfer(
                    url: "http://x/y", reason: "the connection was cut", received: 3 << 20, size: 10 << 20),
                "cannot fetch http://x/y: the connection was cut; 3.0 MiB of 10 MiB are here, and the same"
                    + " command resumes from there"
            ),
            (
                .transfer(url: "http://x/y", reason: "the connection was cut", received: 1024, size: nil),
                "cannot fetch http://x/y: the connection was cut; 1.0 KiB are here, and the same command"
                    + " resumes from there"
            ),
            (
                .wrongSize(url: "http://x/y", expected: 10, found: 9),
                "http://x/y has 9 bytes where 10 are expected; nothing is kept"
            ),
            (
                .tooLong(url: "http://x/y", expected: 10),
                "http://x/y has more than the 10 bytes that are expected; nothing is kept"
            ),
            (
                .wrongChecksum(url: "http://x/y", expected: "aa", found: "bb"),
                "http://x/y is not what is expected, nothing is kept: its checksum is bb, not aa"
            ),
            (
                .noRoom(path: "/d/x.part", needed: 3 << 30, available: 1 << 20),
                "/d/x.part needs 3.0 GiB, but its disk has only 1.0 MiB left"
            ),
            (.inUse(path: "/d/x.part"), "another process is downloading /d/x.part"),
        ])
    }

    func testBeforehand() throws {
        check([
            (.curlMissing, "downloads need the program curl, which is not on this machine: install it"),
            (.unusableAddress("x"), "'x' is not an http or https address"),
            (.unusableToken(source: "HF_TOKEN"), "the token in HF_TOKEN has characters that no token has"),
            (
                .offline(name: "me/mine"), "me/mine is not here, and HF_HUB_OFFLINE forbids to download it"
            ),
            (.notAnId(name: "/x"), "'/x' is not the name of a model on a hub, such as owner/model"),
            (
                .noWeights(name: "me/mine", found: ["README.md", "model.onnx"]),
                "me/mine has no weights that can be read (safetensors or torch); it has README.md, model.onnx"
            ),
            (
                .noWeights(name: "me/mine", found: []),
                "me/mine has no weights that can be read (safetensors or torch); it has no files"
            ),
            (
                .notOffered(advice: try advice("biosbias")),
                "the biographies may not be passed on: make BIOS.pkl with the scripts at"
                    + " https://github.com/microsoft/biosbias, then 'remedi data reformat -d biosbias -f"
                    + " BIOS.pkl' makes biosbias.json of it"
            ),
            (
                .notOffered(advice: try advice("mcrae")),
                "the norms may not be passed on: fetch the supplement of the paper at"
                    + " https://doi.org/10.3758/BF03192726, then 'remedi data reformat -d mcrae -f"
                    + " CONCS_FEATS_concstats_brm.txt' makes mcrae.json of it"
            ),
            (
                .differs(path: "/d/x", problem: .size(expected: 10, found: 9)),
                "/d/x is there, but it is another file: it has 9 bytes, not 10; --overwrite replaces it"
            ),
            (
                .differs(path: "/d/x", problem: .checksum(expected: "aa", found: "bb")),
                "/d/x is there, but it is another file: its checksum is bb, not aa; --overwrite replaces it"
            ),
        ])
    }
}
