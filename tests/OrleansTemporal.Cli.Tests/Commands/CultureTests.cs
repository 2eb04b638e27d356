using System.Globalization;
using OrleansTemporal.Commands;

namespace OrleansTemporal.Cli.Tests.Commands;

/// <summary>What is written is the same wherever the machine stands.</summary>
public sealed class CultureTests
{
    [Fact]
    public async Task numbers_have_points_where_the_machine_would_write_commas()
    {
        var folder = Directory.CreateTempSubdirectory("ot-culture-");
        var before = CultureInfo.CurrentCulture;
        try
        {
            var commas = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            commas.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = commas;
            var defined = await RunAsync(folder.FullName, "vectors", "create", "v", "--dimensions", "2", "--metric", "l2");
            Assert.True(defined.ExitCode == ExitCodes.Ok, defined.Error);
            var put = await RunAsync(folder.FullName, "vectors", "put", "v", "a", "[0.5,0]");
            Assert.True(put.ExitCode == ExitCodes.Ok, put.Error);
            var found = await RunAsync(folder.FullName, "vectors", "search", "v", "[0,0]");
            Assert.Contains("0.5", found.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("0,5", found.Output, StringComparison.Ordinal);
            Assert.Same(commas, CultureInfo.CurrentCulture);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task a_lag_that_is_no_duration_is_refused()
    {
        var run = await TestTerminal.RunAsync("series", "link", "requests", "errors:count:5x");
        Assert.Equal(ExitCodes.Invalid, run.ExitCode);
        Assert.Contains("5x", run.Error, StringComparison.Ordinal);
    }

    private static Task<TestTerminal> RunAsync(string folder, params string[] arguments) => TestTerminal.RunAsync([.. arguments, "--data", folder]);
}
