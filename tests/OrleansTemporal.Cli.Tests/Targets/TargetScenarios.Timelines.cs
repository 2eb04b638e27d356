using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace OrleansTemporal.Cli.Tests.Targets;

public abstract partial class TargetScenarios
{
    [Fact]
    public async Task a_model_is_imported_changed_branched_merged_and_checked_out()
    {
        var folder = Directory.CreateTempSubdirectory("otemporal-timeline-").FullName;
        var (first, second) = (Path.Combine(folder, "one.safetensors"), Path.Combine(folder, "two.safetensors"));
        await File.WriteAllBytesAsync(first, Safetensors([1, 2, 3, 4]));
        await File.WriteAllBytesAsync(second, Safetensors([1, 2, 5, 4]));
        Assert.StartsWith("step 2 at ", (await OkAsync("timeline", "import", first, "--name", "w")).Output, StringComparison.Ordinal);
        Assert.Contains("1 components, l2 2", (await OkAsync("timeline", "import", second, "--name", "w")).Output, StringComparison.Ordinal);
        Assert.StartsWith("nothing differs", (await OkAsync("timeline", "import", second, "--name", "w")).Output, StringComparison.Ordinal);
        Assert.Equal("[1,2,5,4]", (await OkAsync("timeline", "state", "w")).Output.Trim());
        Assert.Equal("[1,2,3,4]", (await OkAsync("timeline", "state", "w", "--as-of", "2")).Output.Trim());

        await OkAsync("timeline", "branch", "w", "old", "--as-of", "2");
        await OkAsync("timeline", "put", "w", "[9,2,3,4]", "--branch", "old");
        Assert.Contains("0 conflicts", (await OkAsync("timeline", "merge", "w", "old", "--dry-run")).Output, StringComparison.Ordinal);
        await OkAsync("timeline", "merge", "w", "old");
        Assert.Equal("[9,2,5,4]", (await OkAsync("timeline", "state", "w")).Output.Trim());
        Assert.Contains("has all of", (await OkAsync("timeline", "merge", "w", "old")).Output, StringComparison.Ordinal);

        var steps = (await OkAsync("timeline", "log", "w", "--json")).Lines.Select(static line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["capture", "capture", "capture", "merge"], steps.Select(static step => step.GetProperty("change").GetString()));
        Assert.Equal(2, steps[3].GetProperty("parents").GetArrayLength());
        Assert.Contains("* <", (await OkAsync("timeline", "log", "w", "--graph")).Output, StringComparison.Ordinal);

        var diff = JsonDocument.Parse((await OkAsync("timeline", "diff", "w", "--from", "2", "--json")).Output).RootElement;
        Assert.Equal(("[0,2]", "[8,2]"), (diff.GetProperty("indices").GetRawText(), diff.GetProperty("values").GetRawText()));
        Assert.Equal(3, (await OkAsync("timeline", "evolution", "w", "2", "--json")).Lines.Length);

        await OkAsync("timeline", "mark", "w", "2", "good", "--note", "loss 0.3");
        await OkAsync("timeline", "rollback", "w", "--to-step", "2");
        var output = Path.Combine(folder, "then.f32");
        await OkAsync("timeline", "checkout", "w", "--label", "good", "--out", output);
        Assert.Equal("[1,2,3,4]", JsonSerializer.Serialize(MemoryMarshal.Cast<byte, float>(await File.ReadAllBytesAsync(output)).ToArray()));
        Assert.Equal("[1,2,3,4]", (await OkAsync("timeline", "state", "w")).Output.Trim());
        Assert.Contains("old", (await OkAsync("timeline", "show", "w")).Output, StringComparison.Ordinal);
        await OkAsync("timeline", "branch", "w", "old", "--delete");
        Assert.Equal("\"w\"", (await OkAsync("timeline", "list", "--json")).Output.Trim());
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task components_that_change_together_are_found_and_a_coarse_state_is_asked_for()
    {
        await OkAsync("timeline", "define", "pairs", "--dimensions", "4");
        foreach (var state in new[] { "[1,1,0,0]", "[1,1,5,0]", "[2,2,5,0]", "[2,2,6,0]", "[3,4,6,0]" })
        {
            await OkAsync("timeline", "put", "pairs", state);
        }

        var found = JsonDocument.Parse((await OkAsync("timeline", "together", "pairs", "--json")).Output).RootElement;
        Assert.Equal(("[[0,1]]", 1, 5), (found.GetProperty("groups").GetRawText(), found.GetProperty("pairCount").GetInt32(), found.GetProperty("steps").GetInt32()));
        Assert.Contains("group of 2: 0, 1", (await OkAsync("timeline", "together", "pairs", "--by", "correlation", "--threshold", "0.5")).Output, StringComparison.Ordinal);
        Assert.Equal("[1,1,5,0]", (await OkAsync("timeline", "state", "pairs", "--as-of", "3", "--coarse")).Output.Trim());
    }

    [Fact]
    public async Task what_is_said_about_a_timeline_is_shown_with_its_policy()
    {
        await OkAsync("timeline", "define", "said", "--dimensions", "2", "--metadata", "owner=ada", "--metadata", "note=a=b", "--policy", """{"checkpointMagnitude":2.5}""");
        Assert.Contains("owner=ada", (await OkAsync("timeline", "show", "said")).Output, StringComparison.Ordinal);
        var shown = JsonDocument.Parse((await OkAsync("timeline", "show", "said", "--json")).Output).RootElement;
        Assert.Equal("""{"note":"a=b","owner":"ada"}""", shown.GetProperty("metadata").GetRawText());
        Assert.Equal(2.5, shown.GetProperty("policy").GetProperty("checkpointMagnitude").GetDouble());
        await OkAsync("timeline", "define", "said", "--dimensions", "2");
        Assert.False(JsonDocument.Parse((await OkAsync("timeline", "show", "said", "--json")).Output).RootElement.TryGetProperty("metadata", out _));
        Assert.Equal(2, (await RunAsync("", "timeline", "define", "said", "--dimensions", "2", "--metadata", "owner")).ExitCode);
    }

    [Fact]
    public async Task what_a_timeline_refuses_is_told_by_its_exit_code()
    {
        var folder = Directory.CreateTempSubdirectory("otemporal-timeline-").FullName;
        await OkAsync("timeline", "define", "w", "--dimensions", "2", "--policy", """{"conflict":"reject"}""");
        await OkAsync("timeline", "put", "w", "[1,2]");
        Assert.Equal(1, (await RunAsync("", "timeline", "state", "none")).ExitCode);
        Assert.Equal(1, (await RunAsync("", "timeline", "state", "w", "--branch", "none")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "timeline", "put", "w", "[1]")).ExitCode);
        Assert.Equal(2, (await RunAsync("", "timeline", "put", "w", "{")).ExitCode);
        Assert.Equal(3, (await RunAsync("", "timeline", "define", "w", "--dimensions", "3")).ExitCode);
        await OkAsync("timeline", "branch", "w", "b");
        await OkAsync("timeline", "put", "w", "[5,2]", "--branch", "b");
        await OkAsync("timeline", "put", "w", "[6,2]");
        Assert.Equal(3, (await RunAsync("", "timeline", "merge", "w", "b")).ExitCode);

        var broken = Path.Combine(folder, "broken.safetensors");
        foreach (var bytes in new byte[][] { [1, 2, 3], [255, 255, 255, 255, 0, 0, 0, 0, 1], Safetensors([1, 2])[..^1], [2, 0, 0, 0, 0, 0, 0, 0, (byte)'[', (byte)']'] })
        {
            await File.WriteAllBytesAsync(broken, bytes);
            Assert.Equal(2, (await RunAsync("", "timeline", "import", broken, "--name", "w")).ExitCode);
        }

        Directory.Delete(folder, recursive: true);
    }

    // Two tensors, the second half as BF16, in whose places these small numbers are exact.
    private static byte[] Safetensors(float[] values)
    {
        var half = values.Length / 2;
        var data = new byte[(half * sizeof(float)) + ((values.Length - half) * sizeof(ushort))];
        for (var i = 0; i < values.Length; i++)
        {
            if (i < half)
                BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(i * sizeof(float)), values[i]);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan((half * sizeof(float)) + ((i - half) * sizeof(ushort))), (ushort)(BitConverter.SingleToUInt32Bits(values[i]) >> 16));
        }

        var header = Encoding.UTF8.GetBytes(
            $$$"""{"__metadata__":{"format":"pt"},"b":{"dtype":"BF16","shape":[{{{values.Length - half}}}],"data_offsets":[{{{half * sizeof(float)}}},{{{data.Length}}}]},"a":{"dtype":"F32","shape":[1,{{{half}}}],"data_offsets":[0,{{{half * sizeof(float)}}}]}}""");
        var length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        return [.. length, .. header, .. data];
    }
}
