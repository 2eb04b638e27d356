using System.Collections.Concurrent;
using OrleansTemporal.Agents;
using OrleansTemporal.Storage.Hosting;
using OrleansTemporal.Storage.Ports;

namespace OrleansTemporal.Agents.Tests.Agents;

/// <summary>
/// Goal: whatever the number of workers, and whether reads complete at once or later, every record is verified once and
/// before it is folded, pages are folded in order, and a step that fails ends everything.
/// </summary>
public sealed class ReplayPipelineTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task every_page_is_verified_whole_and_then_folded_in_order(int parallelism)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var log = new PagedLog(seed);
            await log.Pipeline(parallelism).RunAsync(0, CancellationToken.None);
            Assert.True(Enumerable.Range(1, log.Total).SequenceEqual(log.Folded), $"seed {seed}: {log.Folded.Count} of {log.Total} records were folded, or out of order");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task a_step_that_fails_ends_the_replay_and_nothing_is_folded_behind_it(int parallelism)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var log = new PagedLog(seed);
            log.FailingAt = new Random(seed).Next(log.Total) + 1;
            await Assert.ThrowsAsync<InvalidDataException>(async () => await log.Pipeline(parallelism).RunAsync(0, CancellationToken.None));
            Assert.True(log.Folded.Count < log.FailingAt, $"seed {seed}");
            Assert.True(Enumerable.Range(1, log.Folded.Count).SequenceEqual(log.Folded), $"seed {seed}");
        }
    }

    private sealed class PagedLog
    {
        private readonly Random random;
        private readonly int[] ends;
        private readonly ConcurrentDictionary<int, bool> verified = new();
        private readonly int failingStep;
        private int reading;
        private int folding;

        public PagedLog(int seed)
        {
            random = new Random(seed);
            failingStep = random.Next(3);
            var end = 0;
            ends = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => end += random.Next(1, 700))];
        }

        public int Total => ends[^1];

        public int FailingAt { get; set; }

        public List<int> Folded { get; } = [];

        public ReplayPipeline Pipeline(int parallelism) => new(new ThreadPoolWorkScheduler(parallelism), ReadAsync, Verify, Fold);

        private async ValueTask<LogPage> ReadAsync(long after)
        {
            Assert.Equal(1, Interlocked.Increment(ref reading));
            if (random.Next(3) == 0)
            {
                await Task.Yield();
            }

            var end = ends.First(end => end > after);
            FailWhen(0, (int)after + 1, end);
            Interlocked.Decrement(ref reading);
            return new LogPage([.. Enumerable.Range((int)after + 1, end - (int)after).Select(static number => (ReadOnlyMemory<byte>)BitConverter.GetBytes(number))], end < Total);
        }

        private void Verify(ReplayPage page, int piece)
        {
            foreach (var record in page.PieceOf(piece))
            {
                var number = BitConverter.ToInt32(record.Span);
                FailWhen(1, number, number);
                Assert.True(verified.TryAdd(number, true), $"record {number} was verified twice");
            }
        }

        private void Fold(ReplayPage page)
        {
            Assert.Equal(1, Interlocked.Increment(ref folding));
            var numbers = Enumerable.Range(Folded.Count + 1, page.Count).ToArray();
            Assert.All(numbers, number => Assert.True(verified.ContainsKey(number)));
            FailWhen(2, numbers[0], numbers[^1]);
            Folded.AddRange(numbers);
            Interlocked.Decrement(ref folding);
        }

        private void FailWhen(int step, int first, int last)
        {
            if (step == failingStep && FailingAt >= first && FailingAt <= last)
            {
                throw new InvalidDataException();
            }
        }
    }
}
