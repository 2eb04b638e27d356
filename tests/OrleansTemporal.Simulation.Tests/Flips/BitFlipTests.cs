using OrleansTemporal.Causality;
using OrleansTemporal.Errors;
using OrleansTemporal.Simulation.Tests.Worlds;
using OrleansTemporal.Storage.Memory;

namespace OrleansTemporal.Simulation.Tests.Flips;

/// <summary>
/// Goal: a flipped bit is found and never served. Whatever bit of a store is flipped, each question is answered as before,
/// or refused as corrupt; it is never answered otherwise. (One bit of each byte in an ordinary run, all eight with OT_LONG.)
/// </summary>
public sealed class BitFlipTests
{
    private const string Corrupt = "corrupt";

    [Fact]
    public void a_flipped_bit_of_a_stopped_store_is_never_served() => SimulationThread.Run(() =>
    {
        var (stopped, _, _, times) = SmallStore.Build();
        var right = AnswersOf(stopped, times, out var fault);
        Assert.Null(fault);
        Assert.DoesNotContain(Corrupt, right.Values);
        var counts = FlipAll(stopped, "", times, (answers, _, where) => CheckAll(answers, [right], where));
        Assert.True(counts.Found > 1_000, $"{counts} of the flips were found.");
        return 0;
    });

    [Fact]
    public void a_flipped_bit_of_a_killed_store_costs_the_last_group_at_most() => SimulationThread.Run(() =>
    {
        var (_, killed, before, times) = SmallStore.Build();
        var right = AnswersOf(killed, times, out _);
        var withoutLast = AnswersOf(before, times, out _);
        Assert.NotEqual(right["latest a/k0"], withoutLast["latest a/k0"]);

        // In the very last group a flip can not be told from tearing: it may be cut, but only if that is said.
        FlipAll(killed, "journal/", times, (answers, fault, where) => CheckAll(answers, fault is null ? [right] : [right, withoutLast], where));
        return 0;
    });

    private static void CheckAll(Dictionary<string, string> answers, Dictionary<string, string>[] allowed, string where)
    {
        foreach (var (question, answer) in answers)
        {
            ViolationException.ThrowUnless(
                answer == Corrupt || allowed.Any(right => right[question] == answer), $"{where}: '{question}' is answered with {answer}, right is {allowed[0][question]}");
        }
    }

    private static (int Found, int Harmless) FlipAll(
        MemoryImage image, string folder, IReadOnlyList<HybridTimestamp> times, Action<Dictionary<string, string>, string?, string> check)
    {
        var counts = (Found: 0, Harmless: 0);
        foreach (var (path, content) in image.Files.Where(file => file.Key.StartsWith(folder, StringComparison.Ordinal)))
        {
            for (var at = 0; at < content.Length; at++)
            {
                foreach (var bit in BitsOf(content, at))
                {
                    var where = $"{path}, byte {at} of {content.Length}, bit {bit}";
                    content[at] ^= (byte)(1 << bit);
                    var answers = AnswersOf(image, times, out var fault, where);
                    content[at] ^= (byte)(1 << bit);
                    check(answers, fault, where);
                    counts = answers.ContainsValue(Corrupt) ? counts with { Found = counts.Found + 1 } : counts with { Harmless = counts.Harmless + 1 };
                }
            }
        }

        return counts;
    }

    // The unused rest of a preallocated file is all zeroes; in an ordinary run a few places there stand for the others.
    private static IEnumerable<int> BitsOf(byte[] content, int at)
    {
        if (Campaign.IsLong)
        {
            return Enumerable.Range(0, 8);
        }

        var isZero = content.AsSpan(Math.Max(0, at - 64), Math.Min(128, content.Length - Math.Max(0, at - 64))).IndexOfAnyExcept((byte)0) < 0;
        return isZero && at % 251 != 0 ? [] : [((at * 5) + 3) % 8];
    }

    private static Dictionary<string, string> AnswersOf(MemoryImage image, IReadOnlyList<HybridTimestamp> times, out string? fault, string where = "as it was")
    {
        var store = new SmallStore(image, 1);
        var questions = store.Questions(times);
        fault = null;
        if (!IsRefused(() => store.Wait(store.OpenAsync())))
        {
            fault = store.Fault;
        }
        else
        {
            return questions.Keys.ToDictionary(static question => question, static _ => Corrupt);
        }

        var answers = new Dictionary<string, string>();
        foreach (var (question, ask) in questions)
        {
            var answer = Corrupt;
            IsRefused(() =>
            {
                var asked = ask();
                store.Wait(asked);
                answer = asked.Result;
            });
            answers[question] = answer;
        }

        string? found = Corrupt;
        IsRefused(() =>
        {
            var verified = store.VerifyAsync();
            store.Wait(verified);
            found = verified.Result;
        });
        ViolationException.ThrowUnless(!answers.ContainsValue(Corrupt) || found is not null, $"{where}: an answer was refused as corrupt and verification finds nothing");
        return answers;
    }

    private static bool IsRefused(Action call)
    {
        try
        {
            call();
            return false;
        }
        catch (TemporalException refusal) when (refusal.Kind == ErrorKind.Corrupt || refusal.Code == ErrorCodes.FormatTooNew)
        {
            return true;
        }
    }
}
