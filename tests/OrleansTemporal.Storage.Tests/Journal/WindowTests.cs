using Microsoft.Extensions.Logging.Abstractions;
using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Journal;
using OrleansTemporal.Storage.Memory;
using OrleansTemporal.Storage.Ports;
using static OrleansTemporal.Storage.Tests.Journal.JournalWorld;

namespace OrleansTemporal.Storage.Tests.Journal;

/// <summary>
/// Goal: a journal that is read window by window, by one processor or several, gives what it would as one piece, wherever
/// groups lie across windows and whatever is damaged. Agent 1 has a record in every group but the last, agent 2 in the last.
/// </summary>
public class WindowTests
{
    private const string FirstFile = "journal/00000001.log";
    private const int Groups = 36;

    private static readonly JournalOptions Options = Small with
    {
        FileBytes = 32 << 20,
        FirstFileBytes = 64 << 10,
        JournalBytesMax = 64 << 20,
        StagedBytesMax = 8 << 20,
    };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task damage_anywhere_in_many_windows_is_told_from_a_torn_end(int parallelism)
    {
        var (image, starts) = ManyWindows();
        var scheduler = new ThreadPoolWorkScheduler(parallelism);
        await CheckAsync(image, scheduler, firstHolds: true, Groups, isTorn: false, "nothing");
        var random = new Random(parallelism);
        for (var round = 0; round < 15; round++)
        {
            var group = round < 3 ? Groups - 1 - round : random.Next(Groups);
            var bytes = image.Files[FirstFile];
            var at = starts[group] + random.Next(GroupBytes(bytes, starts[group]));
            bytes[at] ^= 0x10;
            var isLast = group == Groups - 1;
            await CheckAsync(image, scheduler, firstHolds: isLast, isLast ? Groups - 1 : Groups, isLast, $"group {group}, offset {at}");
            bytes[at] ^= 0x10;
        }
    }

    [Fact]
    public async Task group_whose_end_the_file_does_not_reach_is_torn_whatever_its_size()
    {
        var (image, starts) = ManyWindows();
        foreach (var bytesLeft in (int[])[100, 5_000, 1 << 20])
        {
            var cut = image.Copy();
            cut.Files[FirstFile] = cut.Files[FirstFile][..(starts[^1] + bytesLeft)];
            await CheckAsync(cut, new ThreadPoolWorkScheduler(2), firstHolds: true, Groups - 1, isTorn: true, $"{bytesLeft} bytes left");
        }
    }

    private static async Task CheckAsync(
        MemoryImage image, IWorkScheduler scheduler, bool firstHolds, int groupsLeft, bool isTorn, string where)
    {
        var files = new MemoryFileSystem(image);
        await using var journal = await SharedJournal.OpenAsync(
            files, scheduler, TimeProvider.System, new Random(9).NextBytes, Options with { Driver = JournalDriver.Threaded }, NullLogger<SharedJournal>.Instance, default);
        Assert.True(journal.Status.Fault?.Contains("torn", StringComparison.Ordinal) == true == isTorn, $"{where}: {journal.Status.Fault}");
        if (firstHolds)
        {
            var log = await journal.OpenAsync(Agent(1), default);
            Assert.Equal(Groups - 1, log.LastSequence);
            for (var after = 0L; after < log.LastSequence;)
            {
                var page = await log.ReadAsync(after, 1 << 20, default);
                foreach (var record in page.Records)
                {
                    after++;
                    Assert.True(record.Span.SequenceEqual(Record(Agent(1), after, BytesOf((int)after - 1))), $"{where}: record {after}");
                }
            }
        }
        else
        {
            var refusal = await Assert.ThrowsAsync<TemporalException>(async () => await journal.OpenAsync(Agent(1), default));
            Assert.Equal(ErrorKind.Corrupt, refusal.Kind);
        }

        // It begins behind all that can be damaged, so it has lost nothing but what was cut.
        Assert.Equal(groupsLeft == Groups ? 1 : 0, (await journal.OpenAsync(Agent(2), default)).LastSequence);
    }

    // From less than a block to more than a window; the last one is large enough to be cut in its middle.
    private static int BytesOf(int group) => (group % 12) switch
    {
        4 => 5_100_000,
        7 => (1 << 20) - 200,
        9 => 700_000,
        11 => 1_200_000,
        var other => other * 7_000,
    };

    private static (MemoryImage Image, List<int> Starts) ManyWindows()
    {
        var world = Opened(options: Options with { FirstFileBytes = Options.FileBytes });
        var starts = new List<int>();
        var logs = (First: world.Log(1), Second: world.Log(2));
        for (var group = 0; group < Groups; group++)
        {
            starts.Add((int)world.Journal.Status.Bytes);
            var isLast = group == Groups - 1;
            world.Write(isLast ? logs.Second : logs.First, isLast ? 2 : 1, 1, BytesOf(group));
        }

        return (world.Files.Snapshot(), starts);
    }

    private static int GroupBytes(byte[] content, int start) =>
        GroupShape.TryRead(content, start, null, out var shape) ? (int)shape.FramesEnd + JournalFormat.EndBytes - start : throw new InvalidOperationException();
}
