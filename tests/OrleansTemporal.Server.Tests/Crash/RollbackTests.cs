namespace OrleansTemporal.Server.Tests.Crash;

/// <summary>Goal: the tool that the tests of power loss rest on takes back what was not flushed, all of it and nothing else.</summary>
[Collection(CrashCollection.Name)]
public sealed class RollbackTests
{
    private const int Seeds = 60;
    private const ulong FnvBasis = 14_695_981_039_346_656_037;
    private const ulong FnvPrime = 1_099_511_628_211;
    private const int KilledBySignal = 128 + 9;

    [Fact]
    public async Task rollback_leaves_what_was_flushed_and_nothing_else()
    {
        using var power = await PowerLoss.PrepareAsync();
        using var tools = new TemporaryFolder("exercise");
        var exercise = Path.Combine(tools.Path, "exercise");
        await NativeTool.CompileAsync("exercise.c", exercise);

        for (var seed = 1; seed <= Seeds; seed++)
        {
            var (folder, report) = await ExerciseAsync(power, exercise, seed);
            using (folder)
            {
                await power.RollBackAsync(null);
                Assert.Equal((seed, await File.ReadAllTextAsync(report)), (seed, Describe(Path.Combine(folder.Path, "data"))));
            }
        }
    }

    [Fact]
    public async Task rollback_that_tears_takes_back_something_else_with_each_seed()
    {
        using var power = await PowerLoss.PrepareAsync();
        using var tools = new TemporaryFolder("exercise");
        var exercise = Path.Combine(tools.Path, "exercise");
        await NativeTool.CompileAsync("exercise.c", exercise);

        var left = new HashSet<string>();
        for (var seed = 1; seed <= Seeds / 4; seed++)
        {
            var (folder, _) = await ExerciseAsync(power, exercise, 1);
            using (folder)
            {
                await power.RollBackAsync(seed);
                left.Add(Describe(Path.Combine(folder.Path, "data")));
            }
        }

        Assert.True(left.Count > 3, $"{Seeds / 4} seeds left {left.Count} different folders");
    }

    private static async Task<(TemporaryFolder Folder, string Report)> ExerciseAsync(PowerLoss power, string exercise, int seed)
    {
        var folder = new TemporaryFolder("rollback");
        var data = folder.Folder("data");
        var report = Path.Combine(folder.Path, "report");
        var (code, output) = await NativeTool.RunAsync(exercise, [data, $"{seed}", report], power.Arm(data, folder.Path));
        Assert.Equal((seed, KilledBySignal, ""), (seed, code, output));
        return (folder, report);
    }

    private static string Describe(string folder) => string.Concat(
        from path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        let bytes = File.ReadAllBytes(path)
        orderby Path.GetRelativePath(folder, path)
        select $"{Path.GetRelativePath(folder, path)} {bytes.Length} {bytes.Aggregate(FnvBasis, (hash, next) => (hash ^ next) * FnvPrime):x16}\n");
}
