using System.CommandLine;

var root = new RootCommand("OrleansTemporal: a state service that never forgets.");
return await root.Parse(args).InvokeAsync();
