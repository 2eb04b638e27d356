using System.Runtime.InteropServices;
using System.Security.Cryptography;
using OrleansTemporal.Causality;
using OrleansTemporal.Timelines;

namespace OrleansTemporal.Kernel.Tests.Timelines;

public class StateTreeTests
{
    // Goal: whatever was touched since the last time, in however many blocks, the root is that of the definition, computed by
    // the framework from the whole state.
    [Fact]
    public void a_root_is_that_of_the_whole_state_whatever_was_touched() => Seeds.Each(60, random =>
    {
        var state = new float[random.Next(1, 90_000)];
        var tree = new StateTree(state.Length);
        Assert.Equal(RootOf(state), tree.Root(state));
        for (var round = 0; round < 6; round++)
        {
            var indices = Enumerable.Range(0, random.Next(1, round % 2 == 0 ? 4 : 400)).Select(_ => random.Next(state.Length)).ToArray();
            foreach (var index in indices)
            {
                state[index] = random.NextSingle();
            }

            tree.Touch(indices);
            Assert.Equal(RootOf(state), tree.Root(state));
        }
    });

    private static Distinction RootOf(float[] state)
    {
        var hashes = state.Chunk(StateTree.BlockComponents).SelectMany(block => HashOf("ot/stateblock", MemoryMarshal.AsBytes<float>(block).ToArray()));
        return Distinction.FromBytes(HashOf("ot/statetree", [.. hashes]));
    }

    private static byte[] HashOf(string tag, byte[] data) => SHA256.HashData([(byte)tag.Length, .. System.Text.Encoding.ASCII.GetBytes(tag), .. data]);
}
