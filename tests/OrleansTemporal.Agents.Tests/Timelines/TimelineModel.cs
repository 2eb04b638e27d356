using OrleansTemporal.Timelines;

namespace OrleansTemporal.Agents.Tests.Timelines;

/// <summary>A timeline that keeps every state whole.</summary>
internal sealed class TimelineModel(int dimensions)
{
    private readonly Dictionary<string, List<(long Sequence, float[] State)>> lines = new() { ["main"] = [(0, new float[dimensions])] };

    public IEnumerable<string> Branches => lines.Keys;

    public float[] Head(string branch) => lines[branch][^1].State;

    public IReadOnlyList<(long Sequence, float[] State)> Line(string branch) => lines[branch];

    public void Add(string branch, long sequence, float[] state) => lines[branch].Add((sequence, state));

    public void Branch(string name, string from, long through) => lines[name] = [.. lines[from].Where(step => step.Sequence <= through)];

    public void Remove(string name) => lines.Remove(name);

    public float[] At(string branch, long sequence) => lines[branch].Last(step => step.Sequence <= sequence).State;

    /// <summary>What a merge has to come to, component by component; null when it is to be rejected.</summary>
    public static float[]? Merge(float[] start, float[] ours, float[] theirs, TimelineConflictRule rule, Func<int, bool> isOursNewer)
    {
        var merged = ours.ToArray();
        for (var i = 0; i < merged.Length; i++)
        {
            if (Same(theirs[i], start[i]) || Same(theirs[i], ours[i]))
            {
                continue;
            }

            if (Same(ours[i], start[i]))
            {
                merged[i] = theirs[i];
                continue;
            }

            switch (rule)
            {
                case TimelineConflictRule.Reject:
                    return null;
                case TimelineConflictRule.Merge:
                    merged[i] = (float)(((double)ours[i] + theirs[i]) / 2);
                    break;
                default:
                    merged[i] = isOursNewer(i) == (rule == TimelineConflictRule.LastWriteWins) ? ours[i] : theirs[i];
                    break;
            }
        }

        return merged;
    }

    public static bool Same(float left, float right) => BitConverter.SingleToInt32Bits(left) == BitConverter.SingleToInt32Bits(right);
}
