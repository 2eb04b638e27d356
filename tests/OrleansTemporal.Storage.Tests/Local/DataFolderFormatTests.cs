using System.Text;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Local;
using OrleansTemporal.Storage.Memory;

namespace OrleansTemporal.Storage.Tests.Local;

public class DataFolderFormatTests
{
    [Fact]
    public async Task new_folder_gets_the_current_format_durably()
    {
        var files = new MemoryFileSystem();
        Assert.Equal(DataFolderFormat.Current, await DataFolderFormat.EnsureAsync(files, default));
        var image = files.Crash();
        Assert.Equal($"{DataFolderFormat.Current}\n", Encoding.ASCII.GetString(image.Files["format"]));
        Assert.Equal(DataFolderFormat.Current, await DataFolderFormat.EnsureAsync(new MemoryFileSystem(image), default));
    }

    [Theory]
    [InlineData("2\n", ErrorKind.Invalid, ErrorCodes.FormatTooNew)]
    [InlineData("99999\n", ErrorKind.Invalid, ErrorCodes.FormatTooNew)]
    [InlineData("0\n", ErrorKind.Corrupt, ErrorCodes.Corrupt)]
    [InlineData("1", ErrorKind.Corrupt, ErrorCodes.Corrupt)]
    [InlineData("", ErrorKind.Corrupt, ErrorCodes.Corrupt)]
    [InlineData("one\n", ErrorKind.Corrupt, ErrorCodes.Corrupt)]
    public async Task other_format_is_refused_and_nothing_is_changed(string content, ErrorKind kind, string code)
    {
        var image = new MemoryImage();
        image.Files["format"] = Encoding.ASCII.GetBytes(content);
        var files = new MemoryFileSystem(image);
        var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await DataFolderFormat.EnsureAsync(files, default));
        Assert.Equal((kind, code), (refusal.Kind, refusal.Code));
        Assert.Equal(image.Files, files.Snapshot().Files);
    }

    [Fact]
    public async Task power_loss_at_every_call_leaves_no_format_or_the_current_one()
    {
        for (var at = 1L; ; at++)
        {
            var files = new MemoryFileSystem(new FaultPlan((int)at) { PowerLossAt = at });
            try
            {
                await DataFolderFormat.EnsureAsync(files, default);
                return;
            }
            catch (TemporalException) when (files.IsDead)
            {
                Assert.Equal(DataFolderFormat.Current, await DataFolderFormat.EnsureAsync(new MemoryFileSystem(files.Crash()), default));
            }
        }
    }
}
