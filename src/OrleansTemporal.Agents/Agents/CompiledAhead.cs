using System.Reflection;
using System.Runtime.CompilerServices;

namespace OrleansTemporal.Agents;

/// <summary>
/// Has methods compiled before they are called where others wait: under a gate, the milliseconds that the compiler takes for
/// what a process does for the first time are everybody's. Costs about a tenth of a millisecond a method, once.
/// </summary>
internal static class CompiledAhead
{
    /// <summary>Prepares all that types declare. Generic methods are left out: nobody knows of what.</summary>
    public static void Prepare(params ReadOnlySpan<Type> types)
    {
        const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;
        foreach (var type in types)
        {
            foreach (var method in type.GetMethods(Own).Concat<MethodBase>(type.GetConstructors(Own)))
            {
                if (!method.IsAbstract && !method.ContainsGenericParameters)
                {
                    RuntimeHelpers.PrepareMethod(method.MethodHandle);
                }
            }
        }
    }

    /// <summary>Prepares single methods.</summary>
    public static void Prepare(params ReadOnlySpan<Delegate> methods)
    {
        foreach (var method in methods)
        {
            RuntimeHelpers.PrepareMethod(method.Method.MethodHandle);
        }
    }
}
