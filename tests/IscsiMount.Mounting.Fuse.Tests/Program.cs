using IscsiMount.Mounting.Fuse.Tests;
using Xunit.Runner.InProc.SystemConsole;

// As a program of its own, this one holds a mount until it is killed. Otherwise it runs the tests.
return args is [StaleMountTests.HoldMount, string mountPoint]
    ? await StaleMountTests.HoldMountAsync(mountPoint)
    : await ConsoleRunner.Run(args);
