import json

from testbed.plugin.shelf import example


def test_a_declaration_that_fits(testbed):
    done = testbed("review", str(example("sim-plc.yaml")))
    assert done.returncode == 0
    assert "✓ fc03" in done.stdout
    assert "✓ the declaration fits its profile, and grants all that the tests need" in done.stdout
    assert "modbus_tcp_server: 276 requirements will be judged" in done.stdout


def test_what_waits_is_printed_with_the_line_to_paste(testbed):
    done = testbed("review", str(example("example-tcp.yaml")))
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith("isolated: true")
    assert "waiting: 28, of them mandatory: 26 (" in done.stdout


def test_a_declaration_that_does_not_fit_is_told_why_in_both_languages(testbed, tmp_path):
    text = example("example-tcp.yaml").read_text().replace("fc03, fc06, fc16", "fc02")
    path = tmp_path / "odd.yaml"
    path.write_text(text)
    english, korean = testbed("review", str(path)), testbed("review", str(path), "--lang", "ko")
    assert english.returncode == korean.returncode == 1
    assert (
        "✗ `discrete_inputs` (addresses of discrete inputs) is mandatory and not declared" in english.stdout
    )
    assert "✗ `discrete_inputs`(이산 입력 주소)은(는) 필수이나 선언되지 않음" in korean.stdout


def test_a_run_stops_at_a_declaration_that_does_not_fit(testbed, tmp_path):
    path = tmp_path / "odd.yaml"
    path.write_text(example("sim-plc.yaml").read_text().replace("fc02, ", ""))
    done = testbed("run", str(path), "--out", "bundle")
    assert done.returncode == 2
    assert "does not fit its profile modbus-tcp-server@1" in done.stderr
    assert "`discrete_inputs` (addresses of discrete inputs) is declared and must not be" in done.stderr
    assert not (tmp_path / "bundle").exists()


def test_what_a_draft_leaves_open_is_said(testbed, tmp_path):
    path = tmp_path / "draft.yaml"
    path.write_text(example("sim-plc.yaml").read_text().replace("Mother Factory", '"?"'))
    done = testbed("review", str(path))
    assert done.returncode == 0
    assert "before anybody confirms anything of this device: vendor" in done.stdout


def test_json_of_several(testbed):
    done = testbed("review", "--json", str(example("sim-plc.yaml")), str(example("example-tcp.yaml")))
    one, other = json.loads(done.stdout)
    assert (one["holds"], one["can_conform"], other["can_conform"]) == (True, True, False)
    assert other["items"]["holding_registers"] == {
        "status": "c.3",
        "here": "m",
        "declared": 200,
        "fault": None,
    }
    assert other["lacks"][0]["paste"] == ["isolated: true"]


def test_input_that_cannot_be_used(testbed, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("device: 3\n")
    done = testbed("review", str(path))
    assert done.returncode == 64
    assert "bad.yaml: line 1: `device`" in done.stderr
    assert "Traceback" not in done.stderr
